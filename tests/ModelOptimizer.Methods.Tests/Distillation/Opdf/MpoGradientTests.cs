using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;
using Matrix = ModelOptimizer.Tensors.LinearAlgebra.Matrix;

namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>The loss is ½‖W − A‖² with a random A, so that ∂L/∂W = W − A.</summary>
public class MpoGradientTests
{
    private static readonly OnnxModel Model = MpoCases.Model("gemm");

    [Theory]
    [InlineData(new[] { 3, 2, 3 }, new[] { 2, 2, 2 })]
    [InlineData(new[] { 6, 1, 3 }, new[] { 2, 1, 4 })]
    [InlineData(new[] { 3, 1, 2, 1, 3 }, new[] { 2, 1, 2, 1, 2 })]
    public void The_formula_is_the_derivative(int[] rows, int[] columns)
    {
        var shape = new MpoShape(rows, columns);
        var (operators, target) = (Random(shape), Target());
        var gradients = PlainGradient.Of(operators, Difference(PlainMpo.Contract(operators), target));

        for (var k = 0; k < shape.Count; k++)
        {
            for (var i = 0; i < operators.Train.Cores[k].Values.Length; i += 5)
            {
                double Loss(double step)
                {
                    var moved = operators.Train.Cores.Select(tensor => tensor.Clone()).ToList();
                    moved[k].Values[i] += step;
                    return Difference(PlainMpo.Contract(operators with { Train = operators.Train with { Cores = moved } }), target)
                            .Values.Sum(value => value * value) / 2;
                }

                // W is linear in every tensor, so the loss is a parabola and the central difference is exact.
                ((Loss(1e-3) - Loss(-1e-3)) / 2e-3).ShouldBe(gradients[k].Values[i], 1e-6 * gradients[k].Values.Max(Math.Abs));
            }
        }
    }

    [Theory]
    [InlineData(new[] { 3, 2, 3 }, new[] { 2, 2, 2 })]
    [InlineData(new[] { 6, 1, 1, 1, 3 }, new[] { 2, 1, 1, 1, 4 })]
    public void The_graph_s_gradient_is_the_formula_s(int[] rows, int[] columns)
    {
        var shape = new MpoShape(rows, columns);
        var (operators, target) = (Random(shape), Target());
        var (graph, weight, loss) = Graph(operators, target);

        var names = Differentiation.Append(graph, loss, [.. weight.Tensors], ShapeProbe.Run(TestEngine.Shared, graph.Model));
        var found = MpoCases.Run(graph, [.. weight.Tensors.Select(tensor => names[tensor])]);

        var expected = PlainGradient.Of(operators, Difference(PlainMpo.Contract(operators), target));
        for (var k = 0; k < shape.Count; k++)
        {
            for (var i = 0; i < found[k].Length; i++)
            {
                ((double)found[k][i]).ShouldBe(expected[k].Values[i], 1e-5 * expected[k].Values.Max(Math.Abs));
            }
        }
    }

    [Fact]
    public void A_small_step_of_descent_moves_the_weight_as_the_effective_dynamics_say()
    {
        var shape = new MpoShape([3, 1, 2, 1, 3], [2, 1, 2, 1, 2]);
        var (operators, target) = (Random(shape), Target());
        var weight = PlainMpo.Contract(operators);
        var gradient = Difference(weight, target);
        var direction = Effective(operators, gradient);

        // What is left after the first order falls with the square of the learning rate.
        double Rest(double rate)
        {
            var moved = Step(operators, target, rate);
            return Math.Sqrt(
                weight.Values.Zip(moved.Values).Select((pair, i) => pair.Second - pair.First + (rate * direction.Values[i])).Sum(value => value * value)
            );
        }

        var (large, small) = (Rest(1e-3), Rest(5e-4));
        (large / small).ShouldBe(4, 0.25);
        small.ShouldBeLessThan(0.2 * 5e-4 * Math.Sqrt(direction.Values.Sum(value => value * value)));
        Difference(direction, gradient).Values.Max(Math.Abs).ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void The_auxiliary_loss_pulls_auxiliary_tensors_and_leaves_the_central_one_alone()
    {
        var (student, teacher) = (Random(new MpoShape([3, 2, 3], [2, 2, 2])), Random(new MpoShape([3, 2, 3], [2, 2, 2]), seed: 8));
        foreach (var (other, isZero) in new[] { (teacher, false), (student, true) })
        {
            var (graph, weight) = MpoCases.Graph(Model, [student]);
            var loss = AuxiliaryLoss.Add(graph, [new AlignedTensors(weight, [other])]);

            var names = Differentiation.Append(graph, loss, [.. weight.Tensors], ShapeProbe.Run(TestEngine.Shared, graph.Model));

            names.Keys.ShouldBe([weight.Tensors[0], weight.Tensors[2]], ignoreOrder: true);
            var gradients = MpoCases.Run(graph, names[weight.Tensors[0]], names[weight.Tensors[2]]);
            foreach (var (gradient, k) in gradients.Zip(new[] { 0, 2 }))
            {
                var size = student.Train.Cores[k].Values.Length;
                float[] expected =
                [
                    .. student.Train.Cores[k].Values.Zip(other.Train.Cores[k].Values).Select(pair => (float)(2 * (pair.First - pair.Second) / size)),
                ];
                (expected.Max(Math.Abs) == 0).ShouldBe(isZero);
                for (var i = 0; i < size; i++)
                {
                    Math.Abs(gradient[i] - expected[i]).ShouldBeLessThanOrEqualTo(isZero ? 0 : 1e-6f);
                }
            }
        }
    }

    // Σ_k (Left_k·Left_kᵀ)·G·(Right_kᵀ·Right_k), each term being the change of W that comes of T_k's.
    private static Matrix Effective(MatrixProductOperator operators, Matrix gradient)
    {
        var shape = operators.Shape;
        var algebra = TestEngine.Shared.LinearAlgebra;
        var sum = new double[gradient.Values.Length];
        var pairs = PairOrder.FromMatrix(gradient, shape);
        for (var k = 0; k < shape.Count; k++)
        {
            var (left, right) = (PlainGradient.Left(operators, k), PlainGradient.Right(operators, k));
            var (pair, behind) = (shape.Modes[k], right.Columns);
            var before = algebra.Multiply(algebra.Multiply(left, left, transposeB: true), new Matrix(left.Rows, pair * behind, pairs));
            var both = algebra.Multiply(before.Reshape(left.Rows * pair, behind), algebra.Multiply(right, right, transposeA: true));
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += both.Values[i];
            }
        }

        return PairOrder.ToMatrix(sum, shape);
    }

    // One step by the trainer, in float32; the tensors are small numbers, so differences keep their digits.
    private static Matrix Step(MatrixProductOperator operators, Matrix target, double rate)
    {
        var (graph, weight, loss) = Graph(operators, target);
        // The trainer wants data; the loss does not need it.
        var unused = graph.Input("unused", DataType.Float, -1);
        loss = graph.Node("Add", [loss, graph.Node("Mul", [graph.Node("ReduceMean", [unused], GraphWriter.Attribute("keepdims", 0L)), graph.Scalar(0)])]);
        var step = TrainingGraph.Build(TestEngine.Shared, graph, loss, [.. weight.Tensors], new Sgd(Momentum: 0), batch: 1);
        using var trainer = new Trainer(TestEngine.Shared, step);
        trainer.Step(new Dictionary<string, HostTensor> { ["unused"] = HostTensor.From<float>(DataType.Float, [1], [0f]) }, rate);
        var parameters = trainer.Parameters();
        var moved = operators with
        {
            Train = operators.Train with
            {
                Cores =
                [
                    .. operators.Train.Cores.Select(
                        (tensor, k) =>
                            Moved(
                                tensor,
                                MpoCases.Stored(MpoCases.Graph(Model, [operators]).Graph.Model, weight.Tensors[k]),
                                parameters[weight.Tensors[k]].As<float>().ToArray()
                            )
                    ),
                ],
            },
        };
        return PlainMpo.Contract(moved);
    }

    // The float64 tensor plus the float32 change.
    private static Matrix Moved(Matrix tensor, float[] before, float[] after) =>
        new(tensor.Rows, tensor.Columns, [.. tensor.Values.Select((value, i) => value + ((double)after[i] - before[i]))]);

    private static (GraphWriter Graph, MpoWeight Weight, string Loss) Graph(MatrixProductOperator operators, Matrix target)
    {
        var (graph, weight) = MpoCases.Graph(Model, [operators]);
        var goal = graph.Initializer("target", WeightValues.Create("", (int)DataType.Float, [target.Rows, target.Columns], target.Values));
        var difference = graph.Node("Sub", [weight.Layer.Weight, goal]);
        return (
            graph,
            weight,
            graph.Node(
                "Mul",
                [graph.Node("ReduceSum", [graph.Node("Mul", [difference, difference])], GraphWriter.Attribute("keepdims", 0L)), graph.Scalar(0.5f)]
            )
        );
    }

    private static MatrixProductOperator Random(MpoShape shape, int seed = 7)
    {
        var random = new Random64(seed);
        return new MatrixProductOperator(
            shape,
            new TensorTrain(
                shape.Modes,
                [
                    .. Enumerable
                        .Range(0, shape.Count)
                        .Select(k => new Matrix(
                            shape.Bonds[k] * shape.Modes[k],
                            shape.Bonds[k + 1],
                            [.. random.Normals((int)shape.Elements(k)).Select(value => value / Math.Sqrt(shape.Bonds[k]))]
                        )),
                ]
            ),
            []
        );
    }

    // The size of the layer's weight, 18×8.
    private static Matrix Target() => new Random64(3).Matrix(18, 8);

    private static Matrix Difference(Matrix a, Matrix b) => new(a.Rows, a.Columns, [.. a.Values.Zip(b.Values, (x, y) => x - y)]);
}
