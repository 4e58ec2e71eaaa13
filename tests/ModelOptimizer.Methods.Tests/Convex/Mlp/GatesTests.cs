using ModelOptimizer.Methods.Convex.Mlp;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex.Mlp;

public class GatesTests
{
    [Fact]
    public void Every_pattern_is_that_of_its_gate_and_none_is_there_twice_or_never_open()
    {
        // Three samples have at most six patterns in the plane, one of them closed; 70 more columns of bits take more than one word.
        var inputs = new Matrix(73, 2, [1, 0, 0.5, 1, -1, 0.3, .. Enumerable.Repeat(0.0, 140)]);

        var gates = Gates.Sample(TestProblem.Algebra, inputs, 200, 7);

        gates.Directions.Rows.ShouldBe(5);
        Enumerable.Range(0, 5).Select(i => string.Join(',', gates.Patterns.Row(i).ToArray())).Distinct().Count().ShouldBe(5);
        for (var i = 0; i < 5; i++)
        {
            for (var sample = 0; sample < inputs.Rows; sample++)
            {
                gates.Patterns[i, sample].ShouldBe(ToyRegression.Dot(inputs.Row(sample), gates.Directions.Row(i)) > 0 ? 1 : 0);
            }

            gates.Patterns.Row(i).ToArray().ShouldContain(1);
        }
    }

    [Fact]
    public void A_seed_gives_the_same_gates_again_and_another_seed_others()
    {
        var inputs = new Random64(1).Matrix(50, 5);
        double[] Draw(int seed) => Gates.Sample(TestProblem.Algebra, inputs, 20, seed).Directions.Values;

        Draw(3).ShouldBe(Draw(3));
        Draw(4).ShouldNotBe(Draw(3));
    }

    [Fact]
    public void Inputs_that_open_no_gate_are_refused() =>
        Should.Throw<ArgumentException>(() => Gates.Sample(TestProblem.Algebra, new Matrix(4, 3), 10, 1));
}
