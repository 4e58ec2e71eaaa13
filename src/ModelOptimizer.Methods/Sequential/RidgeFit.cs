using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>
/// A layer's weights for what it reads by now: W* = argmin E‖y − W·x̃‖² + λ·‖W − W₀‖² = (P + λ·W₀)·(Σ̃ + λ·I)⁻¹, with λ a multiple of tr(Σ̃)/D that is
/// chosen by the error on the samples that are held back, W₀ itself (λ = ∞) among the candidates.
/// </summary>
/// <param name="Weight">W*, T×D.</param>
/// <param name="Sigma">Σ̃ of each group; centred where a bias takes the mean.</param>
/// <param name="Mean">E[x̃] of each group where Σ̃ is centred; zeros elsewhere.</param>
/// <param name="Shift">From weights, T×D, to E[y − W·x̃], what the bias must add (T numbers).</param>
/// <param name="Count">How many positions say so.</param>
internal sealed record RidgeFit(
    Matrix Weight,
    IReadOnlyList<Matrix> Sigma,
    IReadOnlyList<double[]> Mean,
    Func<Matrix, double[]> Shift,
    long Count)
{
    private static readonly double[] Candidates = [1e-2, 1e-1, 1, 10];

    // Variance of an input, as a share of its energy, that is none.
    private const double Constant = 1e-12;

    // By what share of the energy a solution must be better than the old weights: less is what float32 leaves of the same outputs.
    private const double LeastGain = 1e-9;

    // Where nothing could be held back.
    private const double Usual = 1e-2;

    /// <summary>‖W*·E[x̃]‖² where Σ̃ is centred: what is missing there to the energy of W*·x̃.</summary>
    public double MeanEnergy => Split(Weight, Mean.Count)
        .Zip(Mean, (part, mean) => Enumerable.Range(0, part.Rows).Sum(row => Math.Pow(TensorPrimitives.Dot<double>(part.Row(row), mean), 2)))
        .Sum();

    /// <summary>Whether the layer reads something other than zeros, or a constant that its bias takes.</summary>
    public bool IsUsable => Sigma.All(sigma => Enumerable.Range(0, sigma.Rows).Sum(i => sigma[i, i]) > 0);

    /// <summary>A weight as it is, under the moments of what it reads.</summary>
    public static RidgeFit Of(Matrix weight, SecondMoment moment) => new(
        weight,
        moment.Sigma,
        [.. moment.Sigma.Select(sigma => new double[sigma.Rows])],
        _ => throw new InvalidOperationException("no bias takes the mean error"),
        moment.Count);

    /// <summary>How often a matrix of Σ̃'s size is factorised.</summary>
    public static int Factors => Candidates.Length + 1;

    /// <summary>Solves.</summary>
    /// <param name="algebra">For factors and products.</param>
    /// <param name="weight">W₀, T×D.</param>
    /// <param name="fit">What most samples say.</param>
    /// <param name="held">What the samples say that are held back. They count for the final solution too: <paramref name="fit"/> becomes their sum.</param>
    /// <param name="bias">What is in y besides W·x̃ (T numbers); null where nothing is.</param>
    /// <param name="movesBias">Whether a bias takes the mean error.</param>
    /// <param name="isFixed">Whether W* = W₀ whatever the samples say.</param>
    public static RidgeFit Solve(
        ILinearAlgebra algebra,
        Matrix weight,
        CrossMoments fit,
        CrossMoments held,
        double[]? bias,
        bool movesBias,
        bool isFixed = false)
    {
        var ridge = isFixed ? double.PositiveInfinity
            : held.Count == 0 ? Usual
            : Best(algebra, weight, fit, held, bias, movesBias);
        fit.Add(held);
        var groups = Groups(weight, fit, bias, movesBias);
        Matrix[] solved = [.. groups.Select(group => group.Solve(algebra, ridge))];
        var joined = new Matrix(weight.Rows, weight.Columns, [.. solved.SelectMany(part => part.Values)]);
        return new RidgeFit(
            joined,
            [.. groups.Select(group => group.Sigma)],
            [.. groups.Select(group => movesBias ? group.Inputs : new double[group.Inputs.Length])],
            rounded => [.. Split(rounded, groups.Count).Zip(groups, MeanError).SelectMany(part => part)],
            fit.Count);
    }

    private static double Best(ILinearAlgebra algebra, Matrix weight, CrossMoments fit, CrossMoments held, double[]? bias, bool movesBias)
    {
        var (groups, unseen) = (Groups(weight, fit, bias, movesBias), Groups(weight, held, bias, movesBias));
        double Error(double ridge) => groups.Zip(unseen, (group, other) => other.Error(algebra, group.Solve(algebra, ridge), group)).Sum();
        var old = Error(double.PositiveInfinity);
        var (best, least) = (double.PositiveInfinity, old - (LeastGain * Math.Abs(old)));
        foreach (var ridge in Candidates)
        {
            if (Error(ridge) is var error && error < least)
            {
                (best, least) = (ridge, error);
            }
        }

        return best;
    }

    private static List<Group> Groups(Matrix weight, CrossMoments moments, double[]? bias, bool movesBias)
    {
        var parts = Split(weight, moments.Groups);
        return [.. parts.Select((part, index) => new Group(part, moments, index, bias?[(index * part.Rows)..((index + 1) * part.Rows)], movesBias))];
    }

    private static List<Matrix> Split(Matrix weight, int groups)
    {
        var (rows, length) = (weight.Rows / groups, weight.Values.Length / groups);
        return groups == 1
            ? [weight]
            : [.. Enumerable.Range(0, groups).Select(i => new Matrix(rows, weight.Columns, weight.Values[(i * length)..((i + 1) * length)]))];
    }

    // E[y] − W·E[x̃]
    private static IEnumerable<double> MeanError(Matrix weight, Group group) =>
        Enumerable.Range(0, weight.Rows).Select(row => group.Outputs[row] - TensorPrimitives.Dot<double>(weight.Row(row), group.Inputs));

    /// <summary>The moments of one group, without the bias.</summary>
    private sealed class Group
    {
        private readonly Matrix _weight;
        private readonly Matrix _cross;
        private readonly bool _movesBias;

        public Group(Matrix weight, CrossMoments moments, int index, double[]? bias, bool movesBias)
        {
            (_weight, _movesBias) = (weight, movesBias);
            (Sigma, _cross, Inputs, Outputs) = (moments.Sigma(index), moments.Cross(index), moments.Inputs(index), moments.Outputs(index));
            for (var row = 0; row < Outputs.Length && bias is not null; row++)
            {
                TensorPrimitives.MultiplyAdd(Inputs, -bias[row], _cross.Row(row), _cross.Row(row));
                Outputs[row] -= bias[row];
            }

            if (movesBias)
            {
                var energy = Regularized.MeanDiagonal(Sigma);
                Subtract(Sigma, Inputs, Inputs);
                Subtract(_cross, Outputs, Inputs);
                if (Regularized.MeanDiagonal(Sigma) <= Constant * energy)
                {
                    // What is left of an input that does not vary is rounding noise, which no factor can be had of.
                    Array.Clear(Sigma.Values);
                }
            }
        }

        public Matrix Sigma { get; }

        public double[] Inputs { get; }

        public double[] Outputs { get; }

        public Matrix Solve(ILinearAlgebra algebra, double ridge)
        {
            var pull = Regularized.MeanDiagonal(Sigma) * ridge;
            if (!double.IsFinite(ridge) || pull <= 0)
            {
                return _weight;
            }

            var (regular, right) = (Sigma.Clone(), _cross.Clone());
            for (var i = 0; i < regular.Rows; i++)
            {
                regular[i, i] += pull;
            }

            TensorPrimitives.MultiplyAdd(_weight.Values, pull, right.Values, right.Values);
            return algebra.CholeskySolve(algebra.Cholesky(regular, inPlace: true), right.Transpose()).Transpose();
        }

        // E‖y − W·x̃‖² less E‖y‖², which no W changes; the mean error, where a bias takes it, is the one that was fitted elsewhere.
        public double Error(ILinearAlgebra algebra, Matrix weight, Group fitted)
        {
            var error = TensorPrimitives.Dot<double>(weight.Values, algebra.Multiply(weight, Sigma).Values)
                - (2 * TensorPrimitives.Dot<double>(weight.Values, _cross.Values));
            if (_movesBias)
            {
                error += MeanError(weight, this).Zip(MeanError(weight, fitted), (here, there) => (here - there) * (here - there)).Sum();
            }

            return error;
        }

        private static void Subtract(Matrix moments, double[] left, double[] right)
        {
            for (var row = 0; row < moments.Rows; row++)
            {
                TensorPrimitives.MultiplyAdd(right, -left[row], moments.Row(row), moments.Row(row));
            }
        }
    }
}
