using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>A method with one option of every kind, so that these tests do not change when real methods do.</summary>
internal sealed class SampleMethod : IMethod
{
    public string Name => "sample";

    public string Summary => "";

    public string Paper => "";

    public IReadOnlyList<MethodOption> Options { get; } =
    [
        new("norm", OptionKind.Choice, "", "covariance") { Choices = ["covariance", "frobenius"] },
        new("layers", OptionKind.Layers, "", "[\"*\"]"),
        new("ranks", OptionKind.Ranks, "") { ExclusiveGroup = "goal" },
        new("modes", OptionKind.Modes, ""),
        new("sparsity", OptionKind.Shares, "") { Maximum = 0.99 },
        new("bits", OptionKind.ChoiceByLayer, "") { Choices = ["8", "4", "ternary"] },
        new("pairs", OptionKind.Names, ""),
        new("block", OptionKind.Block, ""),
        new("certificate", OptionKind.Certificate, ""),
        new("student", OptionKind.Model, ""),
        new("energy", OptionKind.Number, "") { ExclusiveGroup = "goal", Minimum = 0, Maximum = 1 },
        new("budget", OptionKind.Budget, "", "{ size: 50% }") { ExclusiveGroup = "goal" },
        new("sweeps", OptionKind.Integer, "", "30") { Minimum = 1, Maximum = 1000 },
        new("shrink", OptionKind.Number, "", "0") { Minimum = 0, Maximum = 1 },
    ];

    public IStep Prepare(StepContext context, MethodArguments arguments) => throw new NotSupportedException();
}
