using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class FactorTargetsTests
{
    public static TheoryData<string, int, int> Convolutions() => new()
    {
        { "tucker", 4, 3 },
        { "tucker", 12, 3 },
        { "tucker", 4, 8 },
        { "cp", 5, 5 },
        { "cp 3", 5, 5 },
    };

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void The_moment_of_a_factor_says_what_an_error_of_it_does_to_the_outputs(string method, int first, int second)
    {
        foreach (var groups in new[] { 1, 2 })
        {
            var graph = new GraphBuilder().Input("x", [-1, 8, 7, 6]).Conv("x", "y", 12, 8, [3, 2], group: groups, attributes: ("pads", new[] { 1, 1, 1, 1 }));
            (string, object)[] ways = method == "cp 3" ? [("ways", "3")] : [];
            int[] ranks = first == second ? [first] : [first / (first == 12 ? groups : 1), second / (second == 8 ? groups : 1)];
            CheckMoments(graph.Output("y").Build(), method.Split(' ')[0], [("ranks", MethodRun.Ranks(ranks)), .. ways]);
        }
    }

    [Fact]
    public void Factors_of_matrices_have_moments_too()
    {
        foreach (var graph in new[]
        {
            new GraphBuilder().Input("x", [-1, 14]).Gemm("x", "y", 18, 14, transB: true),
            new GraphBuilder().Input("x", [-1, 14]).Gemm("x", "y", 18, 14, attributes: ("alpha", 0.5)),
            new GraphBuilder().Input("x", [-1, 3, 14]).MatMul("x", "y", 18, 14),
            new GraphBuilder().Input("x", [-1, 14, 3, 3]).Conv("x", "y", 18, 14, [1, 1]),
            new GraphBuilder().Input("x", [-1, 28, 3, 3]).Conv("x", "y", 36, 28, [1, 1], group: 2),
        })
        {
            CheckMoments(graph.Output("y").Build(), "tucker", [("ranks", MethodRun.Ranks(4))]);
        }
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void Stored_factors_are_packed_and_multiplied_out_at_load(string method)
    {
        var model = LowRank.StoredFactorsTests.Network();
        var batches = new RandomBatches(model);
        var stored = MethodRun.Of(method, model, ("ranks", MethodRun.Share(0.6)), ("storage", "stored")).Model;

        var four = Quantize(stored, batches, ("rounding", "gptq"));
        var nearest = Quantize(stored, null, ("rounding", "nearest"));

        // Where a channel has a few numbers only, a scale for each would be more than their codes.
        four.Layers.Where(layer => layer.SkipReason is null).Select(layer => layer.Bits).Distinct().Order().ShouldBe([4, 8]);
        four.Layers.Select(layer => layer.Layer).ShouldContain("c2_in");
        four.Layers.Select(layer => layer.Layer).ShouldContain("c2_out");
        four.Layers.ShouldAllBe(layer => layer.Note == null || !layer.Note.Contains("nearest", StringComparison.Ordinal));
        OnnxValidator.Check(four.Model).ShouldBeEmpty();
        four.Model.SizeInBytes.ShouldBeLessThan((long)(0.5 * stored.SizeInBytes));
        LoadedGraph.StillComputed(four.Model, LoadedGraph.LoadTimeTensors(four.Model)).ShouldBeEmpty();
        RuntimeView.OptimisedOperators(four.Model).ShouldBe(RuntimeView.OptimisedOperators(model));
        MethodRun.Distance(stored, four.Model, batches).ShouldBeLessThan(0.7 * MethodRun.Distance(stored, nearest.Model, batches));
        // What is packed has no plain factors any more.
        Should.Throw<DiagnosticException>(() => Quantize(four.Model, batches)).Diagnostic.Code.ShouldBe(MethodCodes.NothingToCompress);
    }

    [Theory]
    [InlineData("tucker", "4")]
    [InlineData("tucker", "3")]
    [InlineData("cp", "4")]
    [InlineData("cp", "3")]
    public void Factors_make_up_for_each_other_and_for_the_layers_before_them(string method, string weights)
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model, batches: 16);
        var stored = MethodRun.Named(method).Run(
            MethodRun.Context(model, batches),
            MethodRun.Arguments(("ranks", MethodRun.Share(0.8)), ("storage", "stored"))).Model;
        StepResult Rounded(string fit) => new QuantizeMethod().Run(
            MethodRun.Context(stored, batches),
            MethodRun.Arguments(("weights", new LayerMap<string>([(new LayerRule("*"), weights)])), ("fit", fit)));

        var (sequential, independent) = (Rounded("sequential"), Rounded("independent"));

        MethodRun.Distance(stored, sequential.Model, batches).ShouldBeLessThan(0.8 * MethodRun.Distance(stored, independent.Model, batches));
        sequential.Model.SizeInBytes.ShouldBe(independent.Model.SizeInBytes);
        sequential.Layers.Select(layer => layer.ChosenText).ShouldBe(independent.Layers.Select(layer => layer.ChosenText));
        Rounded("sequential").Model.ToBytes().ShouldBe(sequential.Model.ToBytes());
    }

    [Fact]
    public void A_rule_for_the_layer_itself_says_which_names_there_are()
    {
        var model = LowRank.StoredFactorsTests.Network();
        var stored = MethodRun.Tucker(model, ("ranks", MethodRun.Share(0.6)), ("storage", "stored")).Model;

        StepResult Run(string rule) => Quantize(stored, new RandomBatches(model), ("layers", MethodRun.Rules(rule)));
        var error = Should.Throw<DiagnosticException>(() => Run("!c2")).Diagnostic;

        error.Code.ShouldBe(MethodCodes.RuleMatchesNothing);
        error.Message.ShouldContain("'c2_in'");
        Run("!c2*").Layers.ShouldAllBe(layer => !layer.Layer.StartsWith("c2", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_products_of_constants_are_left_alone()
    {
        // 6·216 numbers are 12·12·3·3, but six rows are no factor of twelve outputs.
        var graph = new GraphBuilder().Input("x", [1, 12, 6, 6]).Random("a", [6, 3]).Random("b", [3, 216]).Integers("s", [4], 12, 12, 3, 3);
        graph.Node("MatMul", ["a", "b"], ["m"]).Node("Reshape", ["m", "s"], ["w"]).Node("Conv", ["x", "w"], ["y"]).Named("y");
        var model = graph.Conv("y", "z", 30, 12, [3, 3]).Output("z").Build();

        Quantize(model, new RandomBatches(model)).Layers.Select(layer => (layer.Layer, layer.SkipReason)).ShouldBe(
            [("y", "its weight is computed from other constants"), ("z", null)]);
    }

    /// <summary>
    /// Every factor gets an error in one row: the squared error of the outputs on the calibration data must be that of the row under its moment, times one number
    /// for the row.
    /// </summary>
    private static void CheckMoments(OnnxModel model, string method, (string, object)[] options)
    {
        var stored = MethodRun.Of(method, model, [.. options, ("storage", "stored")]).Model;
        var context = MethodRun.Context(stored, new RandomBatches(model));
        var targets = TargetFinder.Find(stored).ToList();
        targets.Count.ShouldBeGreaterThan(1);
        context.ActivationStatistics.Require([.. targets.SelectMany(target => target.Measured).Select(MomentKey.Of).Distinct()], CancellationToken.None);
        foreach (var target in targets.Where(target => method != "tucker" || !target.Name.EndsWith("_in", StringComparison.Ordinal)))
        {
            var measured = context.ActivationStatistics[MomentKey.Of(target.Measured.ShouldHaveSingleItem())];
            var moment = target.Through!(TestEngine.Shared.LinearAlgebra, measured);
            if (target.Name.EndsWith("_in", StringComparison.Ordinal))
            {
                moment.Sigma.ShouldAllBe(sigma => sigma.Rows == target.Axis!.Width);
                continue;
            }

            var random = new Random64(3);
            foreach (var row in new[] { 0, target.Axis!.Count - 1 })
            {
                var sigma = moment.Sigma[row / (target.Axis.Count / moment.Sigma.Count)];
                var ratios = Enumerable.Range(0, 3).Select(_ =>
                {
                    var error = random.Matrix(1, target.Axis.Width);
                    var algebra = TestEngine.Shared.LinearAlgebra;
                    var expected = algebra.Multiply(algebra.Multiply(error, sigma), error, transposeB: true)[0, 0];
                    return OutputError(stored, target, row, error, model) / expected;
                }).ToArray();
                (ratios.Max() / ratios.Min()).ShouldBe(1, 2e-3, $"{target.Name}, row {row}");
            }
        }
    }

    private static double OutputError(OnnxModel model, WeightTarget target, int row, Matrix error, OnnxModel inputs)
    {
        var changed = model.Clone();
        var tensor = new ConstantLookup(changed.Graph)[target.Layer.Weight];
        var values = WeightValues.ReadDoubles(tensor);
        var axis = target.Axis!;
        for (var i = 0; i < values.Length; i++)
        {
            var (outer, channel, inner) = (i / axis.Inner / axis.Count, i / axis.Inner % axis.Count, i % axis.Inner);
            values[i] += channel == row ? error[0, (outer * axis.Inner) + inner] : 0;
        }

        WeightValues.Write(tensor, values);
        return MethodRun.Distance(model, changed, new RandomBatches(inputs));
    }

    private static StepResult Quantize(OnnxModel model, RandomBatches? batches, params (string, object)[] options) => MethodRun.Named("quantize").Run(
        MethodRun.Context(model, batches),
        MethodRun.Arguments([("weights", new LayerMap<string>([(new LayerRule("*"), "4")])), .. options]));
}
