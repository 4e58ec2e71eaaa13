using ModelOptimizer.Onnx;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class MatrixRewriteTests
{
    public static TheoryData<bool, bool, double, double, string, int> Gemms()
    {
        var data = new TheoryData<bool, bool, double, double, string, int>();
        foreach (var (transA, transB) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            data.Add(transA, transB, 1, 1, "row", 13);
            data.Add(transA, transB, 0.5, 2, "row", 13);
            data.Add(transA, transB, 2, 0.5, "matrix", 13);
            data.Add(transA, transB, 1, 1, "none", 13);
            data.Add(transA, transB, 1.5, 1, "scalar", 9);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Gemms))]
    public void A_gemm_of_low_rank_keeps_its_outputs_whatever_its_attributes(bool transA, bool transB, double alpha, double beta, string form, int opset)
    {
        var model = Gemm(transA, transB, alpha, beta, form, opset, rank: 4);

        var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)));

        result.Layers.ShouldHaveSingleItem().Ranks.ShouldBe([4]);
        result.Layers[0].ParametersAfter.ShouldBe(4 * (20 + 24));
        result.Layers[0].RelativeError!.Value.ShouldBeLessThan(1e-6);
        var batch = new RandomBatches(model).Read().First();
        MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(result.Model, batch)).ShouldBeLessThan(1e-5);
    }

    [Theory]
    [InlineData(false, "row")]
    [InlineData(true, "row")]
    [InlineData(true, "none")]
    [InlineData(false, "scalar")]
    public void Centred_moments_move_the_bias_so_that_the_mean_output_stays(bool transposed, string form)
    {
        var model = Gemm(false, transposed, 0.5, 2, form, 13, rank: 20);
        var batches = new RandomBatches(model);

        var centred = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(6)), ("moment", "centred"), ("shrink", 0.0)).Model;
        var plain = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(6)), ("shrink", 0.0), ("fit", "independent")).Model;

        MeanDifference(model, centred, batches).ShouldBeLessThan(1e-5);
        MeanDifference(model, plain, batches).ShouldBeGreaterThan(1e-4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_matmul_becomes_two_in_front_of_its_add(bool add)
    {
        var builder = new GraphBuilder()
            .Input("x", [2, 5, 20])
            .Initializer("w", [20, 24], LowRank(20, 24, 4))
            .Random("b", [24])
            .Node("MatMul", ["x", "w"], ["y"])
            .Named("proj");
        var model = (add ? builder.Node("Add", ["y", "b"], ["z"]).Output("z") : builder.Output("y")).Build();

        var plain = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)));
        var centred = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)), ("moment", "centred"));

        plain.Model.Graph.Node.Select(node => node.OpType).ShouldBe(add ? ["MatMul", "MatMul", "Add"] : ["MatMul", "MatMul"]);
        centred.Model.Graph.Node.Select(node => node.OpType).ShouldBe(["MatMul", "MatMul", "Add"]);
        var batch = new RandomBatches(model).Read().First();
        MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(plain.Model, batch)).ShouldBeLessThan(1e-5);
        MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(centred.Model, batch)).ShouldBeLessThan(1e-4);
    }

    private static double MeanDifference(OnnxModel expected, OnnxModel found, RandomBatches batches)
    {
        var (a, b) = (
            batches.Read().Select(batch => MethodRun.Outputs(expected, batch)).ToList(),
            batches.Read().Select(batch => MethodRun.Outputs(found, batch)).ToList()
        );
        const int Width = 24;
        return Enumerable
            .Range(0, Width)
            .Max(column => Math.Abs(a.Zip(b, (x, y) => x.Zip(y, (p, q) => p - q).Where((_, i) => i % Width == column).Average()).Average()));
    }

    private static OnnxModel Gemm(bool transA, bool transB, double alpha, double beta, string form, int opset, int rank)
    {
        var weight = LowRank(20, 24, rank);
        var stored = transB ? [.. Enumerable.Range(0, 24 * 20).Select(i => weight[(i % 20 * 24) + (i / 20)])] : weight;
        var builder = new GraphBuilder(opset).Input("a", transA ? [20, 16] : [16, 20]).Initializer("w", transB ? [24, 20] : [20, 24], stored);
        builder = form switch
        {
            "row" => builder.Random("c", [24]),
            "matrix" => builder.Random("c", [16, 24]),
            "scalar" => builder.Random("c", [1]),
            _ => builder,
        };
        return builder
            .Node(
                "Gemm",
                form == "none" ? ["a", "w"] : ["a", "w", "c"],
                ["y"],
                ("transA", transA ? 1 : 0),
                ("transB", transB ? 1 : 0),
                ("alpha", alpha),
                ("beta", beta)
            )
            .Output("y")
            .Build();
    }

    private static double[] LowRank(int rows, int columns, int rank)
    {
        var random = new Random64(44);
        var (left, right) = (random.Matrix(rows, rank), random.Matrix(rank, columns));
        return TestEngine.Shared.LinearAlgebra.Multiply(left, right).Values;
    }
}
