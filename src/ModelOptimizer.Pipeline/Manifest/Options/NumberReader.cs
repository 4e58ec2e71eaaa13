using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary>A number, or a percentage meaning that fraction.</summary>
internal static class NumberReader
{
    private const string Expected = "a number or a percentage";

    public static double Read(string what, Node node, double minimum, double maximum)
    {
        var written = node.AsScalar(what, Expected);
        var value = written.Text.TrimEnd().EndsWith('%')
            ? QuantityReader.Read(node, what, QuantityForm.Points).Value
            : node.AsNumber(what, Expected);
        return value >= minimum && value <= maximum
            ? value
            : throw new DiagnosticException(ManifestCodes.BadValue, FormattableString.Invariant($"'{what}' expects a number from {minimum} to {maximum}; found {written.Text}."), node.Position);
    }
}
