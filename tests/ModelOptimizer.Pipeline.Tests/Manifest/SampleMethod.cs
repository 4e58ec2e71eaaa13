using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>A method with one option of every kind, so that these tests do not change when real methods do.</summary>
internal sealed class SampleMethod : IMethod
{
    public string Name => "sample";

    public string Summary => "";

    public string Paper => "";

    public bool OffersChoices => true;

    public static Option<string> Norm { get; } = new("norm", Forms.Word(["covariance", "frobenius"]), "", "covariance");

    public static Option<LayerRules?> Layers { get; } = new("layers", LayerForms.Rules, "", new ListNode([new ScalarNode("*", false, Nowhere)], Nowhere));

    public static Option<LayerMap<RankSpec>?> Ranks { get; } = new("ranks", RankSpec.ByLayer, "") { ExclusiveGroup = "goal" };

    public static Option<LayerMap<IReadOnlyList<int>>?> Modes { get; } = new("modes", NnBcdKeys.ModesForm, "");

    public static Option<LayerMap<double>?> Sparsity { get; } = new("sparsity", LayerForms.Shares(0, 0.99), "");

    public static Option<LayerMap<string>?> Bits { get; } = new("bits", LayerForms.Words(["8", "4", "ternary"]), "");

    public static Option<LayerMap<string>?> Pairs { get; } = new("pairs", LayerForms.Names(), "");

    public static Option<BlockReference?> Block { get; } = new("block", BlockReference.Form, "");

    public static Option<double?> Certificate { get; } = new("certificate", ConvexKeys.CertificateForm, "");

    public static Option<ModelFile?> Student { get; } = new("student", Forms.Model, "");

    public static Option<double?> Energy { get; } = new("energy", Forms.Number(0, 1).OrNone(), "") { ExclusiveGroup = "goal" };

    public static Option<Budget?> Budget { get; } =
        new("budget", Methods.Options.Budget.Form, "", new MapNode([(new ScalarNode("size", true, Nowhere), "50%")], Nowhere)) { ExclusiveGroup = "goal" };

    public static Option<int> Sweeps { get; } = new("sweeps", Forms.Whole(1, 1000), "", "30");

    public static Option<double> Shrink { get; } = new("shrink", Forms.Number(0, 1), "", "0");

    public IReadOnlyList<Option> Options { get; } =
    [Norm, Layers, Ranks, Modes, Sparsity, Bits, Pairs, Block, Certificate, Student, Energy, Budget, Sweeps, Shrink];

    private static SourcePosition Nowhere => new("");

    public IStep Prepare(StepContext context, MethodArguments arguments) => throw new NotSupportedException();
}
