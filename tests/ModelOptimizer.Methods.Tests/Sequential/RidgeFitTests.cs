using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Sequential;

public class RidgeFitTests
{
    private const int Rows = 6;
    private const int Columns = 9;

    private static ILinearAlgebra Algebra => TestEngine.Shared.LinearAlgebra;

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void The_error_on_the_samples_is_that_of_least_squares_and_never_above_the_old_weights(int groups, bool movesBias)
    {
        var random = new Random64(4);
        var (old, bias) = (random.Matrix(Rows, Columns), movesBias ? null : random.Normals(Rows));
        var (inputs, outputs) = (random.Matrix(groups * Columns, 400), new Matrix(Rows, 400));
        var perGroup = Rows / groups;
        for (var row = 0; row < Rows; row++)
        {
            for (var n = 0; n < outputs.Columns; n++)
            {
                // Not linear in what is read, and with a mean.
                var sum = 1 + (0.3 * random.Normal()) + (bias?[row] ?? 0);
                for (var d = 0; d < Columns; d++)
                {
                    sum += old[row, d] * Math.Tanh(1.5 * inputs[(row / perGroup * Columns) + d, n]);
                }

                outputs[row, n] = sum;
            }
        }

        var (fit, held) = Moments(groups, inputs, outputs);
        var solved = RidgeFit.Solve(Algebra, old, fit, held, bias, movesBias);

        double Error(Matrix weight, double[] added)
        {
            var error = 0.0;
            for (var row = 0; row < Rows; row++)
            {
                for (var n = 0; n < outputs.Columns; n++)
                {
                    var rest = outputs[row, n] - added[row];
                    for (var d = 0; d < Columns; d++)
                    {
                        rest -= weight[row, d] * inputs[(row / perGroup * Columns) + d, n];
                    }

                    error += rest * rest;
                }
            }

            return error;
        }

        var (before, after) = movesBias
            ? (Error(old, solved.Shift(old)), Error(solved.Weight, solved.Shift(solved.Weight)))
            : (Error(old, bias!), Error(solved.Weight, bias!));
        after.ShouldBeLessThan(before);
        // With plenty of samples the least ridge is chosen: a step in any direction makes it worse, or better by no more than the ridge allows.
        for (var i = 0; i < solved.Weight.Values.Length; i++)
        {
            foreach (var step in new[] { -0.05, 0.05 })
            {
                var other = solved.Weight.Clone();
                other.Values[i] += step;
                Error(other, movesBias ? solved.Shift(other) : bias!).ShouldBeGreaterThan(after);
            }
        }
    }

    [Fact]
    public void Where_samples_are_few_and_noisy_the_old_weights_stay()
    {
        var random = new Random64(5);
        var (old, inputs, outputs) = (random.Matrix(Rows, 40), random.Matrix(40, 24), new Matrix(Rows, 24));
        var product = Algebra.Multiply(old, inputs);
        for (var i = 0; i < outputs.Values.Length; i++)
        {
            outputs.Values[i] = product.Values[i] + (3 * random.Normal());
        }

        var (fit, held) = Moments(1, inputs, outputs);

        // 18 positions for 40 unknowns: whatever is learnt from them is noise.
        RidgeFit.Solve(Algebra, old, fit, held, null, movesBias: true).Weight.Values.Zip(old.Values, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(0.2);
    }

    [Fact]
    public void What_reads_nothing_stays()
    {
        var old = new Random64(6).Matrix(Rows, Columns);
        var (fit, held) = Moments(1, new Matrix(Columns, 40), new Random64(7).Matrix(Rows, 40));

        RidgeFit.Solve(Algebra, old, fit, held, null, movesBias: true).Weight.Values.ShouldBe(old.Values);
    }

    // Three quarters and the rest.
    private static (CrossMoments Fit, CrossMoments HeldBack) Moments(int groups, Matrix inputs, Matrix outputs)
    {
        CrossMoments Of(int first, int end)
        {
            var moments = new CrossMoments(Algebra, groups, inputs.Rows / groups, Rows);
            // In parts, which must not make a difference.
            for (var start = first; start < end; start += 7)
            {
                moments.Add(Part(inputs, start, Math.Min(start + 7, end)), Part(outputs, start, Math.Min(start + 7, end)));
            }

            return moments;
        }

        return (Of(0, inputs.Columns * 3 / 4), Of(inputs.Columns * 3 / 4, inputs.Columns));
    }

    private static Matrix Part(Matrix matrix, int first, int end)
    {
        var part = new Matrix(matrix.Rows, end - first);
        for (var row = 0; row < matrix.Rows; row++)
        {
            matrix.Row(row)[first..end].CopyTo(part.Row(row));
        }

        return part;
    }
}
