using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary><c>{ max-gap: 1e-4 }</c>.</summary>
internal static class CertificateReader
{
    public static CertificateBound Read(string what, Node node)
    {
        if (node is not MapNode)
        {
            throw NodeValues.WrongType(node, what, "a mapping such as { max-gap: 1e-4 }");
        }

        var section = new Section(node, $"'{what}'", CertificateKeys.Section);
        return new CertificateBound(NumberReader.Read("max-gap", section.Require(CertificateKeys.MaxGap, "max-gap: 1e-4"), CertificateKeys.Gap.Minimum, CertificateKeys.Gap.Maximum));
    }
}
