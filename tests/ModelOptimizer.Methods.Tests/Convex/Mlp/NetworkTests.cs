using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

public class NetworkTests
{
    private static readonly ILinearAlgebra Algebra = TestProblem.Algebra;

    [Fact]
    public void The_gated_network_gives_what_the_convex_model_gives_at_the_same_price()
    {
        var problem = new ToyRegression();
        var lambda = 0.1 * problem.LambdaMax;
        var weights = problem.Solve(lambda).Weights;

        var network = GatedNetwork.Of(problem.Gates.Directions, weights);

        Difference(Forward(network, problem.Inputs), problem.Predict(weights)).ShouldBeLessThan(1e-12);
        Difference(network.Predict(Algebra, problem.Inputs), problem.Predict(weights)).ShouldBeLessThan(1e-12);
        var penalty = lambda * Enumerable.Range(0, weights.Rows).Sum(j => ToyRegression.Norm(weights.Row(j)));
        (
            lambda
            / 2
            * (
                ToyRegression.Dot(network.Hidden.Weights.Values, network.Hidden.Weights.Values)
                + ToyRegression.Dot(network.Output.Values, network.Output.Values)
            )
        ).ShouldBe(penalty, 1e-12 * penalty);
        network.GateOf.Distinct().Count().ShouldBe(network.Gates.Weights.Rows);
        network.GateOf.Count.ShouldBe(weights.NonZeroRows().Count);
        network.GateOf.Count.ShouldBeLessThan(weights.Rows);
    }

    [Fact]
    public void On_raw_inputs_it_gives_the_same_when_weights_and_gates_are_rescaled_and_something_else_when_only_weights_are()
    {
        var random = new Random64(2);
        var raw = Uneven(random.Matrix(80, 6));
        var scaling = InputScaling.Of(raw);
        var scaled = scaling.Scale(raw);
        var network = GatedNetwork.Of(random.Matrix(20, 7), random.Matrix(40, 7));
        var expected = network.Predict(Algebra, scaled);

        var rescaled = network.InInputUnits(scaling);

        Difference(rescaled.Predict(Algebra, raw), expected).ShouldBeLessThan(1e-12);
        var onlyWeights = rescaled with
        {
            Gates = new AffineLayer(
                network.Gates.Weights.LeadingColumns(6),
                [.. Enumerable.Range(0, network.Gates.Weights.Rows).Select(i => network.Gates.Weights[i, 6])]
            ),
        };
        Difference(onlyWeights.Predict(Algebra, raw), expected).ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void Scaled_columns_have_norm_one_and_dead_ones_stay_dead()
    {
        var raw = Uneven(new Random64(3).Matrix(30, 5));
        for (var sample = 0; sample < 30; sample++)
        {
            raw[sample, 2] = 0;
        }

        var scaling = InputScaling.Of(raw);
        var scaled = scaling.Scale(raw).Transpose();

        scaled.Rows.ShouldBe(6);
        for (var column = 0; column < scaled.Rows; column++)
        {
            ToyRegression.Norm(scaled.Row(column)).ShouldBe(column == 2 ? 0 : 1, 1e-12);
        }

        var layer = scaling.InInputUnits(new Random64(4).Matrix(3, scaled.Rows));
        layer.Bias!.Length.ShouldBe(3);
        Enumerable.Range(0, 3).ShouldAllBe(j => layer.Weights[j, 2] == 0);
    }

    [Theory]
    [InlineData(80, 6, 0.1)]
    [InlineData(80, 6, 0.01)]
    [InlineData(600, 60, 0.1)]
    public void Cone_constraints_hold_and_the_plain_network_gives_the_same_on_the_training_samples(int samples, int inputs, double share)
    {
        var problem = new ToyRegression(samples, inputs);
        var weights = problem.Solve(share * problem.LambdaMax, new FistaSettings { MaxGap = 1e-4 }).Weights;

        var parts = ConeDecomposition.Of(Algebra, problem.Inputs, problem.Gates, weights, default);
        var network = ReluNetwork.Of(parts, problem.Gates.Directions.Rows, 2);

        for (var j = 0; j < parts.Groups.Count; j++)
        {
            for (var sample = 0; sample < problem.Inputs.Rows; sample++)
            {
                var sign = problem.Gates.Patterns[parts.Groups[j] % problem.Gates.Directions.Rows, sample] > 0 ? 1 : -1;
                (sign * ToyRegression.Dot(problem.Inputs.Row(sample), parts.Positive.Row(j))).ShouldBeGreaterThan(-1e-6);
                (sign * ToyRegression.Dot(problem.Inputs.Row(sample), parts.Negative.Row(j))).ShouldBeGreaterThan(-1e-6);
            }

            Enumerable
                .Range(0, weights.Columns)
                .Max(column => Math.Abs(parts.Positive[j, column] - parts.Negative[j, column] - weights[parts.Groups[j], column]))
                .ShouldBeLessThan(1e-12 * ToyRegression.Norm(parts.Positive.Row(j)));
        }

        var scale = problem.Targets.Values.Max(Math.Abs);
        Difference(Forward(network, problem.Inputs), problem.Predict(weights)).ShouldBeLessThan(1e-9 * scale);
        Difference(network.Predict(Algebra, problem.Inputs), problem.Predict(weights)).ShouldBeLessThan(1e-9 * scale);
        network.Hidden.Weights.Rows.ShouldBeLessThanOrEqualTo(2 * parts.Groups.Count);
    }

    [Fact]
    public void The_decomposition_is_far_shorter_than_the_closed_form_and_grows_with_its_group()
    {
        var problem = new ToyRegression();
        var weights = problem.Solve(0.05 * problem.LambdaMax).Weights;
        var small = new Matrix(weights.Rows, weights.Columns, [.. weights.Values.Select(value => 1e-6 * value)]);

        var (parts, smallParts) = (Decompose(weights), Decompose(small));

        var closed = parts.Groups.Sum(group => ClosedForm(problem, weights, group));
        Length(parts.Negative).ShouldBeLessThan(0.1 * closed);
        Length(smallParts.Negative).ShouldBe(1e-6 * Length(parts.Negative), 1e-12 * Length(parts.Negative));
        ConeDecomposition Decompose(Matrix groups) => ConeDecomposition.Of(Algebra, problem.Inputs, problem.Gates, groups, default);
        double Length(Matrix rows) => Enumerable.Range(0, rows.Rows).Sum(j => ToyRegression.Norm(rows.Row(j)));
    }

    [Fact]
    public void Nothing_decomposes_into_nothing()
    {
        var problem = new ToyRegression();

        ConeDecomposition
            .Of(Algebra, problem.Inputs, problem.Gates, new Matrix(problem.Loss.Map.Groups, problem.Loss.Map.Width), default)
            .Groups.ShouldBeEmpty();
    }

    [Fact]
    public void A_group_that_is_in_its_cone_is_one_neuron()
    {
        var problem = new ToyRegression();
        var weights = new Matrix(problem.Loss.Map.Groups, problem.Loss.Map.Width);
        problem.Gates.Directions.Row(3).CopyTo(weights.Row(3));

        var parts = ConeDecomposition.Of(Algebra, problem.Inputs, problem.Gates, weights, default);

        parts.Negative.Values.ShouldAllBe(value => value == 0);
        ReluNetwork.Of(parts, problem.Gates.Directions.Rows, 2).Hidden.Weights.Rows.ShouldBe(1);
    }

    // ‖t·g‖ with the least t that puts −u and the cone on one side.
    private static double ClosedForm(ToyRegression problem, Matrix weights, int group)
    {
        var gate = problem.Gates.Directions.Row(group % problem.Gates.Directions.Rows).ToArray();
        var u = weights.Row(group).ToArray();
        return ToyRegression.Norm(gate) * Enumerable.Range(0, problem.Inputs.Rows).Max(sample =>
            Math.Max(0, -ToyRegression.Dot(problem.Inputs.Row(sample), u) / ToyRegression.Dot(problem.Inputs.Row(sample), gate)));
    }

    // Columns of very different size, and not centred.
    private static Matrix Uneven(Matrix matrix)
    {
        for (var i = 0; i < matrix.Values.Length; i++)
        {
            matrix.Values[i] = (matrix.Values[i] + 0.5) * Math.Pow(10, (i % matrix.Columns) - 3);
        }

        return matrix;
    }

    private static Matrix Forward(GatedNetwork network, Matrix inputs) =>
        Forward(network.Hidden, network.Output, inputs, (sample, j, value) =>
            ToyRegression.Dot(network.Gates.Weights.Row(network.GateOf[j]), inputs.Row(sample)) > 0 ? value : 0
        );

    private static Matrix Forward(ReluNetwork network, Matrix inputs) => Forward(network.Hidden, network.Output, inputs, (_, _, value) => Math.Max(value, 0));

    private static Matrix Forward(AffineLayer hidden, Matrix output, Matrix inputs, Func<int, int, double, double> activation)
    {
        var result = new Matrix(inputs.Rows, output.Rows);
        for (var sample = 0; sample < inputs.Rows; sample++)
        {
            for (var j = 0; j < output.Columns; j++)
            {
                var value = activation(sample, j, ToyRegression.Dot(hidden.Weights.Row(j), inputs.Row(sample)));
                for (var k = 0; k < output.Rows; k++)
                {
                    result[sample, k] += output[k, j] * value;
                }
            }
        }

        return result;
    }

    private static double Difference(Matrix a, Matrix b)
    {
        (a.Rows, a.Columns).ShouldBe((b.Rows, b.Columns));
        return a.Values.Zip(b.Values, (x, y) => Math.Abs(x - y)).Max();
    }
}
