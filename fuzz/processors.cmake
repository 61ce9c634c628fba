postern_fuzz(mercury_rstream SOURCES mercury_rstream_fuzz.cpp DEPS mercury gateway_domain)
postern_fuzz(tree_serializer SOURCES tree_serializer_fuzz.cpp DEPS processors_wire)
postern_fuzz(form_reader SOURCES form_reader_fuzz.cpp DEPS processors_wire)
postern_fuzz(json_reader SOURCES json_reader_fuzz.cpp DEPS processors_wire lib_json)
