using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

public class GatesTests
{
    [Fact]
    public void The_first_gate_is_always_open_and_every_pattern_is_that_of_its_gate_and_none_is_there_twice_or_never_open()
    {
        // Lines cut four points of the plane into 14 patterns, one of them closed; many points at the fourth place take more than one word of bits.
        var inputs = new Matrix(73, 3, [1, 0, 1, 0.2, 1, 1, -1, 0.1, 1, .. Enumerable.Repeat(new[] { 0.1, -1, 1 }, 70).SelectMany(row => row)]);

        var gates = Gates.Sample(TestProblem.Algebra, inputs, 2000, 7);

        gates.Directions.Row(0).ToArray().ShouldBe([0, 0, 1]);
        gates.Directions.Rows.ShouldBe(13);
        Enumerable.Range(0, 13).Select(i => string.Join(',', gates.Patterns.Row(i).ToArray())).Distinct().Count().ShouldBe(13);
        for (var i = 0; i < 13; i++)
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
}
