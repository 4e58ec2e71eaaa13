using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Quantization;

/// <summary><c>quantize</c> with widths, where a layer makes up for those before it.</summary>
public class SequentialRoundingTests
{
    private static readonly QuantizeMethod Method = new();

    [Theory]
    [InlineData("4")]
    [InlineData("3")]
    [InlineData("2")]
    [InlineData("ternary")]
    public void The_outputs_are_nearer_to_the_original_s_than_with_layers_rounded_independently(string weights)
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model, batches: 16);

        var (sequential, independent) = (Run(model, batches, weights), Run(model, batches, weights, ("fit", "independent")));

        MethodRun.Distance(model, sequential.Model, batches).ShouldBeLessThan(0.9 * MethodRun.Distance(model, independent.Model, batches));
        sequential.Model.SizeInBytes.ShouldBe(independent.Model.SizeInBytes);
    }

    [Fact]
    public void A_layer_with_nothing_changed_before_it_becomes_what_it_becomes_independently()
    {
        // Without a bias, which would take the mean first.
        var model = new GraphBuilder().Input("x", [-1, 24]).MatMul("x", "h", 40, 24).Node("Relu", ["h"], ["r"]).MatMul("r", "y", 30, 40).Output("y").Build();
        var batches = new RandomBatches(model, batches: 16);
        foreach (var layer in new[] { "h", "y" })
        {
            var only = ("layers", (object)MethodRun.Rules(layer));

            Run(model, batches, "3", only).Model.ToBytes().ShouldBe(Run(model, batches, "3", only, ("fit", "independent")).Model.ToBytes(), layer);
        }
    }

    [Fact]
    public void What_an_earlier_step_did_is_repaired_too()
    {
        var original = ResidualNetwork.Create();
        var batches = new RandomBatches(original, batches: 16);
        var coarse = original.Clone();
        foreach (var tensor in coarse.Graph.Initializer.Where(tensor => tensor.Dims.Count > 1))
        {
            var values = WeightValues.ReadDoubles(tensor);
            var step = values.Max(Math.Abs) / 3;
            WeightValues.Write(tensor, Array.ConvertAll(values, value => step * Math.Round(value / step)));
        }

        var context = MethodRun.Context(coarse, batches) with { Original = original, Reference = original };
        var eight = Method.Run(context, MethodRun.Arguments(Bits("8")));

        // Eight bits by themselves change next to nothing.
        MethodRun.Distance(original, eight.Model, batches).ShouldBeLessThan(0.5 * MethodRun.Distance(original, coarse, batches));
    }

    [Theory]
    [InlineData("rounding", "nearest", "'fit' has no meaning beside 'rounding: nearest', which looks at no data. Remove one of the two.")]
    [InlineData("rate", "2", "'fit' has no meaning beside 'rate', whose layers always make up for those before them. Remove it.")]
    public void Where_it_has_no_meaning_it_is_refused(string option, string value, string message)
    {
        var model = ResidualNetwork.Create();
        (string, object)[] options = [.. option == "rate" ? [] : new[] { Bits("4") }, (option, value), ("fit", "sequential")];

        Should.Throw<DiagnosticException>(() => Method.Run(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(options)))
            .Diagnostic.Message.ShouldContain(message);
    }

    private static (string, object) Bits(string weights) => ("weights", new LayerMap<string>([(new LayerRule("*"), weights)]));

    private static StepResult Run(OnnxModel model, RandomBatches batches, string weights, params (string Name, object Value)[] options) =>
        Method.Run(MethodRun.Context(model, batches), MethodRun.Arguments([Bits(weights), .. options]));
}
