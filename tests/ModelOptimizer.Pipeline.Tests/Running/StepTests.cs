using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Tests.Manifest;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

public class StepTests
{
    [Fact]
    public void A_layer_that_an_earlier_step_replaced_is_an_error_that_says_by_what()
    {
        var position = new SourcePosition("modelopt.yaml", 13, 40);

        var error = Should
            .Throw<DiagnosticException>(() =>
                Run(Tucker("ranks", Ranks(3)), Tucker("ranks", Ranks(2), ("layers", new LayerRules([new LayerRule("hidden", position)]))))
            )
            .Diagnostic;

        error
            .ToString()
            .ShouldBe(
                "modelopt.yaml(13,40): error MOC1301: the layer rule 'hidden' matched 'hidden' in the original model, but step 1 (tucker) replaced it by "
                    + "'hidden_in', 'hidden_core', 'normal'; name those, or exclude the layer from that step."
            );
    }

    [Fact]
    public void The_same_rule_in_another_option_of_the_step_is_explained_too()
    {
        var ranks = new LayerMap<RankSpec>([(new LayerRule("hid?en"), new RankSpec { Ranks = [2] })]);

        var error = Should.Throw<DiagnosticException>(() => Run(Tucker("ranks", Ranks(3)), Tucker("ranks", ranks))).Diagnostic;

        error.Message.ShouldStartWith("the layer rule 'hid?en' matched 'hidden' in the original model, but step 1 (tucker) replaced it by 'hidden_in'");
    }

    [Fact]
    public void The_new_names_can_be_used()
    {
        var result = Run(Tucker("ranks", Ranks(7), ("layers", Rules("hidden"))), Tucker("ranks", Ranks(2), ("layers", Rules("hidden_core"))));

        result.Steps.Count.ShouldBe(2);
        result.Steps[1].Layers.Single(layer => layer.Layer == "hidden_core").Ranks.ShouldBe([2, 2]);
    }

    [Fact]
    public void A_rule_that_never_matched_has_the_plain_error()
    {
        var error = Should.Throw<DiagnosticException>(() => Run(Tucker("ranks", Ranks(3)), Tucker("ranks", Ranks(2), ("layers", Rules("hiden"))))).Diagnostic;

        error.Message.ShouldStartWith("the layer rule 'hiden' matches no layer of the model. The nearest names are");
    }

    [Theory]
    [InlineData(3_200_000_000, 1e12, "small: plain takes about 3.2 GB of memory")]
    [InlineData(1_000, 2.44e14, "small: plain takes about 2.4e14 operations")]
    [InlineData(12_000_000_000, 2e13, "small: plain takes about 12.0 GB of memory and 2.0e13 operations")]
    [InlineData(1_000_000_000, 1e13, null)]
    public void A_step_that_takes_much_is_announced_once(long bytes, double work, string? line)
    {
        var said = new List<string>();
        var step = new StepPlan(new PlainMethod(new MethodPlan([], bytes, work)), new MethodArguments(new Dictionary<string, object>()));

        Run(said, step);

        said.ShouldBe(line is null ? [] : [line]);
    }

    private static CompressedModel Run(params StepPlan[] steps) => Run([], steps);

    private static CompressedModel Run(List<string> said, params StepPlan[] steps)
    {
        using var folder = new ManifestFolder();
        var plan = folder.Read("version: 1\nmodels: { small: { source: digits.onnx, compress: [{ method: sample }] } }");
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        var job = new JobContext(plan, plan.Models[0] with { Steps = steps }, engine, new Progress<MethodProgress>(), said.Add, CancellationToken.None);
        var compressor = new ModelCompressor(job, Model());
        compressor.Compress();
        return compressor.Compress();
    }

    private static StepPlan Tucker(string goal, object value, params (string Name, object Value)[] more)
    {
        var method = MethodCatalogue.All.Single(candidate => candidate.Name == "tucker");
        var values = new Dictionary<string, object> { [goal] = value, ["norm"] = Methods.LowRank.FactorNorm.Frobenius };
        foreach (var option in more)
        {
            values.Add(option.Name, option.Value);
        }

        return new StepPlan(method, new MethodArguments(values));
    }

    private static LayerMap<RankSpec> Ranks(int rank) => new([(new LayerRule("*"), new RankSpec { Ranks = [rank] })]);

    private static LayerRules Rules(params string[] rules) => new([.. rules.Select(rule => new LayerRule(rule))]);

    // A convolution without a name is called by its output, which its BatchNormalization takes over when it is folded.
    private static OnnxModel Model()
    {
        var builder = new GraphBuilder()
            .Input("x", [1, 8, 6, 6])
            .Conv("x", "hidden", 12, 8, [3, 3], bias: false)
            .Named("")
            .BatchNormalization("hidden", "normal", 12);
        return builder
            .Named("")
            .Node("Relu", ["normal"], ["active"])
            .Conv("active", "deep", 12, 12, [3, 3])
            .Conv("x", "beside", 12, 8, [5, 5])
            .Node("Add", ["deep", "beside"], ["y"])
            .Output("y")
            .Build();
    }

    private sealed class PlainMethod(MethodPlan plan) : IMethod
    {
        public string Name => "plain";

        public string Summary => "";

        public string Paper => "";

        public IReadOnlyList<Option> Options => [];

        public IStep Prepare(StepContext context, MethodArguments arguments) => new PlainStep(context.Model, plan);

        private sealed class PlainStep(OnnxModel model, MethodPlan plan) : IStep
        {
            public MethodPlan Plan => plan;

            public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen) => new(model, []);
        }
    }
}
