#pragma once

#include "processors/wire/serialize.hpp"

namespace postern::processors::wire {

// Appends a leaf's text, or what its slot is filled with.
Status append_leaf(const vault::Leaf& leaf, const FillSlot& fill, wiped::Bytes& out);

// Appends the document, with a prolog. Text and attribute values are escaped so that a conforming parser gives the
// same characters back, carriage returns included; an embedded document is escaped once more, as a whole.
Status append_xml_document(const vault::XmlElement& root, const FillSlot& fill, wiped::Bytes& out);

}  // namespace postern::processors::wire
