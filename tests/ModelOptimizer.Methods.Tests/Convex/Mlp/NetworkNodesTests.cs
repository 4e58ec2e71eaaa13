using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Convex;

/// <summary>What is written into models, run by ONNX Runtime.</summary>
public class NetworkNodesTests
{
    private static readonly ToyRegression Problem = new();
    private static readonly GatedRegression Regression = new(TestProblem.Algebra, Problem.Raw, Problem.Targets, 25, seed: 1);
    private static readonly Matrix Weights = Regression.Solve(0.1 * Regression.LambdaMax, new FistaSettings { MaxGap = 1e-4 }).Weights;

    [Theory]
    [InlineData(7, 3)]
    [InlineData(9, 4)]
    [InlineData(11, 6)]
    [InlineData(13, 8)]
    [InlineData(21, 10)]
    public void Every_version_of_the_operators_gives_what_the_networks_give(int opset, int irVersion)
    {
        var gated = Regression.Gated(Weights);
        gated.GateOf.Count.ShouldBeGreaterThan(gated.GateCount);

        var models = new[] { gated, (ITwoLayerNetwork)Regression.Relu(Weights, default) }
            .Select(network => (network, Model(network, opset, irVersion)))
            .ToList();

        foreach (var (network, model) in models)
        {
            OnnxValidator.Check(model).ShouldBeEmpty();
            Difference(network.Predict(TestProblem.Algebra, Single()), Outputs(model)).ShouldBeLessThan(1e-5);
        }

        Operators(models[0].Item2).ShouldBe(["Gemm", "Greater", "Cast", "Gather", "Gemm", "Mul", "Gemm", "Gemm", "Gemm", "Add"]);
        Operators(models[1].Item2).ShouldBe(["Gemm", "Relu", "Gemm"]);
    }

    [Fact]
    public void A_gate_for_each_neuron_needs_no_gather()
    {
        var random = new Random64(3);
        var network = new GatedNetwork(new AffineLayer(random.Matrix(3, 6)), [0, 1, 2], new AffineLayer(random.Matrix(3, 6)), random.Matrix(2, 3));

        var model = Model(network);

        Operators(model).ShouldBe(["Gemm", "Greater", "Cast", "Gemm", "Mul", "Gemm"]);
        Difference(network.Predict(TestProblem.Algebra, Single()), Outputs(model)).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Neurons_without_gates_are_two_products()
    {
        var random = new Random64(3);
        var network = new GatedNetwork(
            new AffineLayer(new Matrix(0, 6)),
            [GatedNetwork.None, GatedNetwork.None],
            new AffineLayer(random.Matrix(2, 6), [1, -1]),
            random.Matrix(2, 2)
        );

        var model = Model(network);

        Operators(model).ShouldBe(["Gemm", "Gemm"]);
        Difference(network.Predict(TestProblem.Algebra, Single()), Outputs(model)).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void A_gate_at_zero_is_closed()
    {
        var unit = new Matrix(1, 6, [1, 0, 0, 0, 0, 0]);
        var ones = new Matrix(1, 6, [0, 1, 0, 0, 0, 0]);

        using var session = TestEngine.Shared.CreateSession(
            Model(new GatedNetwork(new AffineLayer(unit), [0], new AffineLayer(ones), new Matrix(2, 1, [1, 2])))
        );

        float[] inputs = [-1, 5, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1, 5, 0, 0, 0, 0];
        session
            .Run(new Dictionary<string, HostTensor> { ["z"] = HostTensor.From<float>(DataType.Float, [3, 6], inputs) })["y"]
            .As<float>()
            .ToArray()
            .ShouldBe([0f, 0f, 0f, 0f, 5f, 10f]);
    }

    private static IEnumerable<string> Operators(OnnxModel model) => model.Graph.Node.Select(node => node.OpType);

    private static OnnxModel Model(ITwoLayerNetwork network, int opset = 17, int irVersion = 8)
    {
        var model = new GraphBuilder(opset, irVersion).Input("z", [-1, 6]).Node("Identity", ["z"], ["y"]).Output("y").Build();
        var block = new BlockReader(model, new Dictionary<string, long[]>()).Read("z", "y").Block!;
        return StudentRewriter.Apply(
            TestEngine.Shared,
            model,
            new BlockTask(block, [1, 6], [1, 2], (int)DataType.Float, null),
            new FittedStudent(0, (write, input) => network.Write(input, write)) { Cost = default, Note = "" }
        );
    }

    // Gates are steps: both sides see the same numbers.
    private static Matrix Single() => new(80, 6, Array.ConvertAll(Problem.Raw.Values, value => (double)(float)value));

    private static double[] Outputs(OnnxModel model)
    {
        using var session = TestEngine.Shared.CreateSession(model);
        var inputs = HostTensor.From<float>(DataType.Float, [80, 6], Array.ConvertAll(Problem.Raw.Values, value => (float)value));
        return [.. session.Run(new Dictionary<string, HostTensor> { ["z"] = inputs })["y"].As<float>().ToArray().Select(value => (double)value)];
    }

    private static double Difference(Matrix expected, double[] found) => MethodRun.Difference(expected.Values, found);
}
