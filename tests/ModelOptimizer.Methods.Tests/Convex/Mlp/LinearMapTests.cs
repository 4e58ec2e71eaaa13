using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

public class LinearMapTests
{
    public static TheoryData<string> Maps => ["gated", "hidden", "cone"];

    [Theory]
    [MemberData(nameof(Maps))]
    public void Adjoints_are_adjoint(string name)
    {
        var (map, rows) = Map(name);
        var random = new Random64(2);
        var (weights, residual) = (random.Matrix(map.Groups, map.Width), random.Matrix(rows, 80));
        var (prediction, back) = (new Matrix(rows, 80), new Matrix(map.Groups, map.Width));

        map.Apply(weights, prediction);
        map.Adjoint(residual, back);

        ToyRegression.Dot(prediction.Values, residual.Values).ShouldBe(ToyRegression.Dot(weights.Values, back.Values), 1e-10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Gated_features_are_those_of_plain_loops(int every)
    {
        var problem = new ToyRegression();
        var weights = new Random64(3).Matrix(problem.Loss.Map.Groups, problem.Loss.Map.Width);
        for (var j = 0; j < weights.Rows; j++)
        {
            if (j % every != 0)
            {
                weights.Row(j).Clear();
            }
        }

        var prediction = new Matrix(2, 80);

        problem.Loss.Map.Apply(weights, prediction);

        var expected = problem.Predict(weights).Transpose();
        prediction.Values.Zip(expected.Values, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_remainder_is_what_the_tangent_leaves(bool oneSided)
    {
        var (map, rows) = Map("cone");
        var random = new Random64(4);
        var loss = new SquaredLoss(map, random.Matrix(rows, 80), oneSided);
        var (from, to) = (At(random.Matrix(map.Groups, map.Width)), At(random.Matrix(map.Groups, map.Width)));
        (Matrix Weights, Matrix Prediction, double Value, Matrix Gradient) At(Matrix weights)
        {
            var (prediction, residual, gradient) = (new Matrix(rows, 80), new Matrix(rows, 80), new Matrix(map.Groups, map.Width));
            map.Apply(weights, prediction);
            loss.Residual(prediction, residual);
            loss.Gradient(residual, gradient);
            return (weights, prediction, loss.Value(residual), gradient);
        }

        var tangent = from.Gradient.Values.Zip(to.Weights.Values.Zip(from.Weights.Values, (a, b) => a - b), (slope, move) => slope * move).Sum();
        loss.Remainder(to.Prediction, from.Prediction).ShouldBe(to.Value - from.Value - tangent, 1e-12);
    }

    private static (ILinearMap Map, int Rows) Map(string name)
    {
        var (algebra, problem) = (TestProblem.Algebra, new ToyRegression());
        return name switch
        {
            "gated" => (problem.Loss.Map, 2),
            "hidden" => (new HiddenFeatures(algebra, new Random64(1).Matrix(9, 80), 3), 3),
            _ => (new ConeRows(algebra, problem.Inputs, new Matrix(7, 80, [.. new Random64(1).Normals(7 * 80).Select(value => (double)Math.Sign(value))])), 7),
        };
    }
}
