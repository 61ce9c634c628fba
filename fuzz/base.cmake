postern_fuzz(frames SOURCES frames_fuzz.cpp DEPS base_net)
