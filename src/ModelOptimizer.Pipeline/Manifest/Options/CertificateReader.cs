using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary><c>{ max-gap: 1e-4 }</c>.</summary>
internal static class CertificateReader
{
    // A gap below this is rounding of the objective.
    private const double Smallest = 1e-12;

    public static CertificateBound Read(string what, Node node)
    {
        if (node is not MapNode)
        {
            throw NodeValues.WrongType(node, what, "a mapping such as { max-gap: 1e-4 }");
        }

        var section = new Section(node, $"'{what}'", ["max-gap"]);
        return new CertificateBound(NumberReader.Read("max-gap", section.Require("max-gap", "max-gap: 1e-4"), Smallest, 1));
    }
}
