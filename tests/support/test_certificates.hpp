#pragma once

#include <fstream>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string>

namespace postern::test {

// A certificate authority of one test: P-256, valid for an hour, PEM files in a folder that the test removes.
class TestAuthority {
public:
    explicit TestAuthority(std::string folder, const std::string& name = "test authority")
        : folder_(std::move(folder)), key_(EVP_EC_gen("P-256"), EVP_PKEY_free), name_(name),
          certificate_(make(nullptr, key_.get(), name, "critical,CA:TRUE", ""), X509_free) {
        write_certificate(ca_file(), certificate_.get());
    }
    std::string ca_file() const { return folder_ + "/" + name_ + ".ca.pem"; }

    struct Files {
        std::string certificate, key;
    };
    // `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
    Files issue(const std::string& file_name, const std::string& names) const {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> leaf(make(certificate_.get(), key.get(), file_name, "CA:FALSE", names), X509_free);
        const Files files{folder_ + "/" + file_name + ".pem", folder_ + "/" + file_name + ".key.pem"};
        write_certificate(files.certificate, leaf.get());
        FILE* const out = std::fopen(files.key.c_str(), "w");
        PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(out);
        return files;
    }

private:
    X509* make(X509* issuer_or_self, EVP_PKEY* key, const std::string& common_name, const char* constraints,
               const std::string& names) const {
        static long serial = 1;
        X509* const made = X509_new();
        X509_set_version(made, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
        X509_gmtime_adj(X509_getm_notBefore(made), -60);
        X509_gmtime_adj(X509_getm_notAfter(made), 3600);
        X509_set_pubkey(made, key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
        X509* const issuer = issuer_or_self ? issuer_or_self : made;
        X509_set_issuer_name(made, X509_get_subject_name(issuer));
        extend(made, issuer, NID_basic_constraints, constraints);
        if (!names.empty()) extend(made, issuer, NID_subject_alt_name, names.c_str());
        X509_sign(made, key_.get(), EVP_sha256());
        return made;
    }
    static void extend(X509* made, X509* issuer, int kind, const char* value) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer, made, nullptr, nullptr, 0);
        X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
        X509_add_ext(made, extension, -1);
        X509_EXTENSION_free(extension);
    }
    static void write_certificate(const std::string& path, X509* certificate) {
        FILE* const out = std::fopen(path.c_str(), "w");
        PEM_write_X509(out, certificate);
        std::fclose(out);
    }

    std::string folder_;
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
    std::string name_;
    std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

}  // namespace postern::test
