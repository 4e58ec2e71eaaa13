using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Onnx.Values;
using Matrix = ModelOptimizer.Tensors.LinearAlgebra.Matrix;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class MpoWeightTests
{
    [Theory]
    [InlineData("conv")]
    [InlineData("grouped")]
    [InlineData("gemm")]
    [InlineData("gemm transposed")]
    [InlineData("matmul")]
    public void The_nodes_make_the_weight_of_the_tensors(string kind)
    {
        var model = MpoCases.Model(kind);
        var (graph, weight) = MpoCases.Graph(model, MpoCases.Decompose(model));

        var found = MpoCases.Run(graph, "layer.w")[0];

        Distance(found, MpoCases.Stored(model, "layer.w")).ShouldBeLessThan(1e-6);
        weight.Shape.Rate.ShouldBeGreaterThan(1.5);
    }

    [Theory]
    [InlineData("conv")]
    [InlineData("grouped")]
    public void So_they_do_for_any_tensors(string kind)
    {
        var model = MpoCases.Model(kind);
        var random = new Random64(1);
        var shape = kind == "conv" ? new MpoShape([2, 2, 2], [3, 2, 9]) : new MpoShape([2, 1, 1, 2], [3, 3, 1, 3]);
        Matrix Draw(int k) => random.Matrix(shape.Bonds[k] * shape.Modes[k], shape.Bonds[k + 1]);
        List<MatrixProductOperator> operators =
        [
            .. Enumerable
                .Range(0, kind == "conv" ? 1 : 2)
                .Select(_ => new MatrixProductOperator(shape, new TensorTrain(shape.Modes, [.. Enumerable.Range(0, shape.Count).Select(Draw)]), [])),
        ];

        var (graph, weight) = MpoCases.Graph(model, operators);
        float[] expected = [.. operators.SelectMany(group => PlainMpo.Contract(group).Values).Select(value => (float)value)];

        Distance(MpoCases.Run(graph, "layer.w")[0], expected).ShouldBeLessThan(1e-5);
        float[] folded = [.. weight.Contract(TestEngine.Shared.LinearAlgebra, name => MpoCases.Stored(graph.Model, name)).Select(value => (float)value)];
        Distance(folded, expected).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void The_auxiliary_loss_is_zero_for_the_teacher_s_own_weight()
    {
        var model = MpoCases.Model("conv");
        var operators = MpoCases.Decompose(model);
        var (graph, weight) = MpoCases.Graph(model, operators);

        var loss = AuxiliaryLoss.Add(graph, [new AlignedTensors(weight, operators)]);

        MpoCases.Run(graph, loss)[0].ShouldBe([0f]);
    }

    [Fact]
    public void The_auxiliary_loss_is_the_mean_over_matrices_of_squared_differences_without_the_central_tensor()
    {
        var (model, other) = (MpoCases.Model("grouped"), MpoCases.Model("grouped"));
        WeightValues.Write(other.Graph.Initializer.Single(tensor => tensor.Name == "layer.w"), new Random64(9).Normals(8 * 3 * 9));
        var (student, teacher) = (MpoCases.Decompose(model), MpoCases.Decompose(other));
        var (graph, weight) = MpoCases.Graph(model, student);

        var loss = AuxiliaryLoss.Add(graph, [new AlignedTensors(weight, teacher), new AlignedTensors(weight, student)]);

        var expected = 0.0;
        foreach (var k in new[] { 0, 1, 3, 4 })
        {
            expected += student
                .Zip(teacher)
                .Average(groups => groups.First.Train.Cores[k].Values.Zip(groups.Second.Train.Cores[k].Values, (a, b) => (a - b) * (a - b)).Average());
        }

        MpoCases.Run(graph, loss)[0][0].ShouldBe((float)(expected / 2), 1e-5f);
    }

    [Theory]
    [InlineData("conv", null)]
    [InlineData("grouped", null)]
    [InlineData("matmul", null)]
    [InlineData("depth-wise", "it is depth-wise: one filter for each channel")]
    public void Depth_wise_kernels_are_left_alone(string kind, string? reason)
    {
        var model = MpoCases.Model(kind);

        TargetLayers.Obstacle(MpoCases.Layer(model), new ConstantLookup(model.Graph)).ShouldBe(reason);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_left_alone()
    {
        var model = MpoCases.Model("gemm");
        var tensor = model.Graph.Initializer.Single(tensor => tensor.Name == "layer.w");
        WeightValues.Write(tensor, [.. WeightValues.ReadDoubles(tensor).Select((value, i) => i == 5 ? double.NaN : value)]);

        TargetLayers.Obstacle(MpoCases.Layer(model), new ConstantLookup(model.Graph)).ShouldBe("its weight has numbers that are not finite");
    }

    private static double Distance(float[] a, float[] b)
    {
        a.Length.ShouldBe(b.Length);
        return Math.Sqrt(a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Sum() / b.Sum(value => (double)value * value));
    }
}
