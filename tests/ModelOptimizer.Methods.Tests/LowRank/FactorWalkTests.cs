using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

/// <summary><c>fit: sequential</c> of <c>tucker</c> and <c>cp</c>: a layer makes up for those before it.</summary>
public class FactorWalkTests
{
    private static readonly (string, object) Alone = ("fit", "independent");

    [Theory]
    [InlineData("tucker", "chain")]
    [InlineData("tucker", "stored")]
    [InlineData("cp", "chain")]
    public void The_outputs_are_nearer_to_the_original_s_than_with_layers_fitted_independently(string method, string storage)
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model, batches: 16);

        var stored = ("storage", (object)storage);

        var (sequential, independent) = (Run(method, model, batches, Half, stored), Run(method, model, batches, Half, stored, Alone));

        MethodRun.Distance(model, sequential.Model, batches).ShouldBeLessThan(0.9 * MethodRun.Distance(model, independent.Model, batches));
        sequential.Model.SizeInBytes.ShouldBe(independent.Model.SizeInBytes);
        sequential.Layers.Select(layer => layer.ChosenText).ShouldBe(independent.Layers.Select(layer => layer.ChosenText));
        OnnxValidator.Check(sequential.Model).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void A_layer_with_nothing_changed_before_it_becomes_what_it_becomes_independently(string method)
    {
        // Without biases, which would take the mean first.
        var model = new GraphBuilder()
            .Input("x", [-1, 6, 9, 9])
            .Conv("x", "c", 16, 6, [3, 3], bias: false)
            .Node("Relu", ["c"], ["r"])
            .Node("GlobalAveragePool", ["r"], ["p"])
            .Node("Flatten", ["p"], ["f"])
            .MatMul("f", "y", 12, 16)
            .Output("y")
            .Build();
        var batches = new RandomBatches(model, batches: 16);
        foreach (var layer in new[] { "c", "y" })
        {
            var only = ("layers", (object)MethodRun.Rules(layer));
            // A walk does not round the sums of its layers to what is kept of moments.
            var context = MethodRun.Context(model, batches) with { ActivationStatistics = new ExactStatistics(model, batches) };
            byte[] Bytes(params (string, object)[] fit) =>
                MethodRun.Named(method).Run(context, MethodRun.Arguments([Half, only, .. fit])).Model.ToBytes();

            Bytes().ShouldBe(Bytes(Alone), layer);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(11)]
    public void The_error_on_the_calibration_data_is_never_above_that_of_factors_fitted_independently(int rank)
    {
        var model = new GraphBuilder().Input("x", [-1, 20]).MatMul("x", "h", 30, 20).Node("Relu", ["h"], ["r"]).MatMul("r", "y", 30, 30).Output("y").Build();
        var batches = new RandomBatches(model, batches: 32);
        var before = Run("tucker", model, batches, ("ranks", MethodRun.Ranks(rank)), ("layers", MethodRun.Rules("h"))).Model;
        OnnxModel Second(params (string, object)[] fit)
        {
            var context = MethodRun.Context(before, batches) with { Original = model, Reference = model };
            (string, object)[] options = [("ranks", MethodRun.Ranks(rank)), ("layers", MethodRun.Rules("y")), .. fit];
            return MethodRun.Named("tucker").Run(context, MethodRun.Arguments(options)).Model;
        }

        MethodRun.Distance(model, Second(), batches).ShouldBeLessThan(MethodRun.Distance(model, Second(Alone), batches));
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void The_same_run_and_its_decisions_lead_to_the_same_bytes(string method)
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model);
        (string, object)[] options = [("budget", new Budget(BudgetMeasure.Size, 0.6, IsFraction: true))];

        var first = Run(method, model, batches, options);
        var context = MethodRun.Context(model, batches);
        var replayed = MethodRun.Named(method).Run(context, MethodRun.Arguments(options), first.Choices());

        first.Layers.ShouldContain(layer => layer.SkipReason != null);
        Run(method, model, batches, options).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        replayed.Model.ToBytes().ShouldBe(first.Model.ToBytes());
    }

    [Fact]
    public void A_bias_takes_the_mean_error_with_a_normalization_folded_into_it()
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 6, 9, 9])
            .Conv("x", "c", 16, 6, [3, 3], bias: false)
            .BatchNormalization("c", "y", 16)
            .Output("y")
            .Build();
        var batches = new RandomBatches(model, batches: 16);

        var result = Run("tucker", model, batches, ("ranks", MethodRun.Ranks(4)));

        var sums = new double[16];
        foreach (var batch in batches.Read())
        {
            var (before, after) = (MethodRun.Outputs(model, batch), MethodRun.Outputs(result.Model, batch));
            var places = before.Length / 16 / batch.Count;
            for (var i = 0; i < before.Length; i++)
            {
                sums[i / places % 16] += before[i] - after[i];
            }
        }

        sums.ShouldAllBe(sum => Math.Abs(sum) < 1e-3);
        LayerFinder.Find(result.Model).ShouldAllBe(layer => layer.BatchNormalization == null);
    }

    [Fact]
    public void A_layer_whose_input_is_transposed_is_fitted_independently_and_the_report_says_so()
    {
        var model = new GraphBuilder().Input("x", [20, -1]).Gemm("x", "y", 30, 20, attributes: ("transA", 1)).Output("y").Build();

        var note = Run("tucker", model, new RandomBatches(model), ("ranks", MethodRun.Ranks(4))).Layers.ShouldHaveSingleItem().Note;

        note.ShouldNotBeNull().ShouldContain("fitted independently: what it reads is not measured");
    }

    [Theory]
    [InlineData("norm", "frobenius", "'fit' has no meaning beside 'norm: frobenius', which looks at no data. Remove one of the two.")]
    [InlineData("variant", "published", "'fit' has no meaning beside 'variant: published', which fits each layer alone. Remove one of the two.")]
    public void Where_it_has_no_meaning_it_is_refused(string option, string value, string message)
    {
        var model = ResidualNetwork.Create();

        Should.Throw<DiagnosticException>(() => Run("tucker", model, new RandomBatches(model), Half, (option, value), ("fit", "sequential")))
            .Diagnostic.Message.ShouldContain(message);
    }

    private static (string, object) Half => ("ranks", new LayerMap<RankSpec>([(new LayerRule("*"), new RankSpec { Fraction = 0.4 })]));

    private static StepResult Run(string method, OnnxModel model, RandomBatches batches, params (string Name, object Value)[] options) =>
        MethodRun.Named(method).Run(MethodRun.Context(model, batches), MethodRun.Arguments(options));

    /// <summary>Moments as they are added up.</summary>
    private sealed class ExactStatistics(OnnxModel model, IBatchSource batches) : IStatistics
    {
        private readonly Dictionary<MomentKey, SecondMoment> _known = [];

        public SecondMoment this[MomentKey key] => _known[key];

        public void Require(IReadOnlyCollection<MomentKey> keys, CancellationToken cancellation)
        {
            using var pass = new MomentPass(TestEngine.Shared, model, [.. keys.Select(key => key.Tensor).Distinct()], keys, long.MaxValue);
            foreach (var (key, moment) in pass.Run(batches, cancellation))
            {
                _known[key] = moment;
            }
        }
    }
}
