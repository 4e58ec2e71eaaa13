using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Methods.Tests.LowRank;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class LayerModeTests
{
    private static readonly NnBcdOptions Options = NnBcdOptions.From(
        MethodRun.Arguments(("mode", true), ("rank", MethodRun.Ranks(3)), ("sweeps", 300), ("tau", 0.3), ("alpha", 1e-3))
    );

    [Fact]
    public void The_objective_never_rises_and_both_groups_use_their_own_moment()
    {
        var random = new Random64(1);
        var (weight, moments) = (random.Matrix(12, 20), new[] { random.Sigma(20, 0.7), random.Sigma(20, 0.9) });
        var fit = new LayerFit(TestEngine.Shared.LinearAlgebra, Options, weight, moments);
        int[] modes = [3, 4, 4, 5];

        var (copy, objective) = fit.Run(new WeightSet(modes, TensorTrainRanks.Limited(modes, [3, 3, 3])), default);

        objective.Zip(objective.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First * (1 + 1e-12));
        objective[^1].ShouldBeLessThan(objective[0]);
        // tr(ΔΣΔᵀ) by plain loops, group by group.
        var (loss, energy) = (0.0, 0.0);
        for (var group = 0; group < 2; group++)
        {
            Matrix Rows(Matrix matrix) => new(6, 20, matrix.Values[(group * 120)..((group + 1) * 120)]);
            loss += PlainError.Of(Rows(weight), Rows(copy.Value), moments[group]);
            energy += PlainError.Of(Rows(weight), new Matrix(6, 20), moments[group]);
        }

        fit.RelativeError(copy.Value).ShouldBe(Math.Sqrt(loss / energy), 1e-10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Under_the_inputs_own_moment_the_fit_is_better_than_compressing_the_weights_alone(bool train)
    {
        var random = new Random64(2);
        var (weight, sigma) = (random.Matrix(24, 30), random.Sigma(30, 0.75));
        var fit = new LayerFit(TestEngine.Shared.LinearAlgebra, Options, weight, [sigma]);
        int[] modes = [4, 6, 5, 6];
        var target = train ? new WeightSet(modes, TensorTrainRanks.Limited(modes, [4, 6, 6])) : WeightSet.Pruned(150);

        var plain = fit.RelativeError(target.Copy(TestEngine.Shared.LinearAlgebra, weight, published: false).Value);
        var fitted = fit.RelativeError(fit.Run(target, default).Copy.Value);

        fitted.ShouldBeLessThan(0.8 * plain);
    }

    [Fact]
    public void Layers_of_any_graph_are_taken_and_the_rest_is_left_alone_with_reasons()
    {
        var model = new GraphBuilder().Input("x", [-1, 8, 10, 10])
            .Conv("x", "c1", 16, 8, [3, 3], true, 2, ("pads", new[] { 1, 1, 1, 1 })).Node("Sigmoid", ["c1"], ["s1"])
            .Conv("s1", "c2", 16, 16, [3, 3], false, 1, ("strides", new[] { 2, 2 })).Node("Add", ["c2", "c2"], ["a2"])
            .Node("GlobalAveragePool", ["a2"], ["p"]).Node("Flatten", ["p"], ["f"]).Gemm("f", "g", 64, 16).Output("g").Build();
        var batches = new RandomBatches(model, 4, 16);

        var result = new NnBcdMethod().Run(MethodRun.Context(model, batches), MethodRun.Arguments(
            ("mode", "layer"), ("rank", new LayerMap<RankSpec>([(new LayerRule("c*"), new() { Ranks = [6] })])), ("sweeps", 40)));

        OnnxValidator.Check(result.Model).ShouldBeEmpty();
        result
            .Layers.Select(layer => (layer.Layer, layer.Ranks.Count > 0, layer.SkipReason))
            .ShouldBe([("c1", true, null), ("c2", true, null), ("g", false, "neither 'rank' nor 'sparsity' names it")]);
        result.Layers[0].RelativeError!.Value.ShouldBeInRange(1e-6, 0.95);
        result.Series.Count.ShouldBe(2);
        var batch = batches.Read().First();
        MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(result.Model, batch)).ShouldBeInRange(1e-6, 1);
    }

    [Theory]
    [InlineData("layer")]
    [InlineData("network")]
    public void Without_calibration_data_there_is_one_clear_error(string mode)
    {
        var model = new GraphBuilder().Input("x", [-1, 16]).Gemm("x", "a", 32, 16).Node("Relu", ["a"], ["r"]).Gemm("r", "b", 4, 32).Output("b").Build();

        var error = Should
            .Throw<DiagnosticException>(() =>
                new NnBcdMethod().Run(MethodRun.Context(model, null), MethodRun.Arguments(("mode", mode), ("rank", MethodRun.Ranks(2))))
            )
            .Diagnostic;

        error.Code.ShouldBe(MethodCodes.NoCalibration);
        error.Message.ShouldContain("calibrate:");
    }

    [Fact]
    public void Full_ranks_change_nothing()
    {
        var random = new Random64(3);
        var (weight, sigma) = (random.Matrix(6, 8), random.Sigma(8));
        int[] modes = [2, 3, 2, 4];

        var fit = new LayerFit(TestEngine.Shared.LinearAlgebra, Options, weight, [sigma]);

        fit.RelativeError(fit.Run(new WeightSet(modes, TensorTrainRanks.Full(modes)), default).Copy.Value).ShouldBeLessThan(1e-10);
    }
}
