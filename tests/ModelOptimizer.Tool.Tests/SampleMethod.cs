using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Tool.Tests;

/// <summary>A method with one option of every kind.</summary>
internal sealed class SampleMethod : IMethod
{
    public string Name => "sample";

    public string Summary => "Shows what a method looks like [in brackets].";

    public string Paper => "A. Author, \"A method\", Journal of Methods, 2024";

    public IReadOnlyList<Option> Options { get; } =
    [
        new Option<string>("norm", Forms.Word(["covariance", "frobenius"]), "Which norm the error has.", "covariance"),
        new Option<double>("jitter", Forms.Number(0), "Added to the diagonal.", "1e-6"),
        new Option<int>("sweeps", Forms.Whole(1, 1000), "How often.", "25"),
        new Option<LayerRules?>(
            "layers",
            LayerForms.Rules,
            "Which layers.",
            new ListNode([new ScalarNode("*", false, new SourcePosition(""))], new SourcePosition(""))
        ),
        new Option<LayerMap<RankSpec>?>("ranks", RankSpec.ByLayer, "Ranks by hand.") { ExclusiveGroup = "amount" },
        new Option<LayerMap<IReadOnlyList<int>>?>("modes", NnBcdKeys.ModesForm, "Mode sizes."),
        new Option<LayerMap<double>?>("sparsity", LayerForms.Shares(0, 0.99), "What becomes zero."),
        new Option<LayerMap<string>?>("pairs", LayerForms.Names(), "Which layer is which."),
        new Option<BlockReference?>("block", BlockReference.Form, "What is replaced."),
        new Option<double?>("certificate", ConvexKeys.CertificateForm, "What is proved."),
        new Option<ModelFile?>("student", Forms.Model, "What learns."),
        new Option<Budget?>("budget", Budget.Form, "What may remain.") { ExclusiveGroup = "amount" },
    ];

    public IStep Prepare(StepContext context, MethodArguments arguments) => throw new InvalidOperationException("Listing a method runs nothing.");
}
