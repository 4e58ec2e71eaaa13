using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary><c>0.9</c>, <c>90%</c>, or a mapping from layer rules to these.</summary>
internal static class SharesReader
{
    public static LayerMap<double> Read(MethodOption option, Node node)
    {
        var share = OptionForms.Share(option);
        return LayerMapReader.Read(option.Name, node, "shares", "{ \"*\": 50% }", (what, value) => NumberReader.Read(what, value, share.Minimum, share.Maximum));
    }
}
