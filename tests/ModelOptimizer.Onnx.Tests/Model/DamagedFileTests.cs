using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Model;

public sealed class DamagedFileTests
{
    [Fact]
    public void Random_damage_ends_in_one_clear_error_or_in_a_model_that_can_be_listed_and_saved()
    {
        var inner = new GraphBuilder().Conv("x", "i", 2, 2, [3]).Build().Graph;
        var original = new GraphBuilder().Input("x", [-1, 2, 8])
            .Conv("x", "c", 2, 2, [3], attributes: ("auto_pad", "SAME_UPPER")).BatchNormalization("c", "n", 2)
            .Constant("m.w", [8, 3], new double[24]).Node("MatMul", ["n", "m.w"], ["m"]).Random("m.b", [3]).Node("Add", ["m", "m.b"], ["a"])
            .Node("If", ["x"], ["z"], ("then_branch", inner)).Gemm("a", "g", 2, 3, transB: true)
            .Output("g").Build().ToBytes();
        var random = new Random(1);
        var (read, refused) = (0, 0);
        for (var trial = 0; trial < 1000; trial++)
        {
            var bytes = (byte[])original.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)random.Next(20);
            }

            try
            {
                var model = OnnxModel.Parse(bytes);
                var layers = LayerFinder.Find(model);
                layers.Select(layer => layer.Name).ShouldBeUnique();
                layers.ShouldAllBe(layer => layer.Name.Length > 0);
                ModelStatistics.Parameters(model);
                ModelStatistics.Macs(model, new Dictionary<string, long[]>());
                OnnxValidator.Check(model);
                OnnxModel.Parse(model.ToBytes()).Proto.ShouldBe(model.Proto);
                read++;
            }
            catch (DiagnosticException)
            {
                refused++;
            }
        }

        read.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(100);
    }
}
