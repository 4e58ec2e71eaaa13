using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Tool.Tests;

/// <summary>A method with one option of every kind.</summary>
internal sealed class SampleMethod : IMethod
{
    public string Name => "sample";

    public string Summary => "Shows what a method looks like [in brackets].";

    public string Paper => "A. Author, \"A method\", Journal of Methods, 2024";

    public IReadOnlyList<MethodOption> Options { get; } =
    [
        new("norm", OptionKind.Choice, "Which norm the error has.", "covariance") { Choices = ["covariance", "frobenius"] },
        new("jitter", OptionKind.Number, "Added to the diagonal.", "1e-6") { Minimum = 0 },
        new("sweeps", OptionKind.Integer, "How often.", "25") { Minimum = 1, Maximum = 1000 },
        new("layers", OptionKind.Layers, "Which layers.", "[\"*\"]"),
        new("ranks", OptionKind.Ranks, "Ranks by hand.") { ExclusiveGroup = "amount" },
        new("modes", OptionKind.Modes, "Mode sizes."),
        new("sparsity", OptionKind.Shares, "What becomes zero.") { Minimum = 0, Maximum = 0.99 },
        new("pairs", OptionKind.Names, "Which layer is which."),
        new("block", OptionKind.Block, "What is replaced."),
        new("certificate", OptionKind.Certificate, "What is proved."),
        new("student", OptionKind.Model, "What learns."),
        new("budget", OptionKind.Budget, "What may remain.") { ExclusiveGroup = "amount" },
    ];

    public IStep Prepare(StepContext context, MethodArguments arguments) => throw new InvalidOperationException("Listing a method runs nothing.");
}
