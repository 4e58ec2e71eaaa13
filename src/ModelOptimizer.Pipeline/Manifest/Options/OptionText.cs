using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Options of methods in words.</summary>
internal static class OptionText
{
    /// <summary>What the value looks like.</summary>
    public static string Value(MethodOption option) => OptionForms.Of(option).Text;

    /// <summary>What the option means, and which of <paramref name="all"/> it excludes.</summary>
    public static string Meaning(MethodOption option, IReadOnlyList<MethodOption> all) => OptionForms.Declare(option).Meaning([.. all.Select(OptionForms.Declare)]);
}
