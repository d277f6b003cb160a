// Values of a run for programs made by brian2genn, which takes none. Copied into every project by genn_project.py.
//
// The folder that LOCAL_CREDIT_GIVEN names holds one file for each value: raw numbers of the variable's own type. GeNN
// also runs this code while it makes the program; then there is no such folder, and nothing is set.
#ifndef LOCAL_CREDIT_GIVEN_H
#define LOCAL_CREDIT_GIVEN_H

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace runner {

template <class T>
void given(const std::string& key, T* array, size_t size) {
    const char* folder = std::getenv("LOCAL_CREDIT_GIVEN");
    if (!folder) return;
    std::ifstream file(std::string(folder) + "/" + key + ".bin", std::ios::binary | std::ios::ate);
    if (!file) return;  // not given: keeps the value of the network
    const size_t bytes = file.tellg();
    file.seekg(0);
    T one;
    if (bytes == sizeof(T) && file.read(reinterpret_cast<char*>(&one), sizeof(T))) {
        std::fill(array, array + size, one);
    } else if (bytes != size * sizeof(T) || !file.read(reinterpret_cast<char*>(array), bytes)) {
        std::cerr << key << ": needs " << size << " values, got " << bytes / sizeof(T) << std::endl;
        std::exit(3);
    }
}

}  // namespace runner
#endif
