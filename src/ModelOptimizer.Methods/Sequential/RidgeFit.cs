using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>
/// A layer's weights for what it reads by now: W* = argmin E‖y − W·x̃‖² + λ·‖W − W₀‖² = (P + λ·W₀)·(Σ̃ + λ·I)⁻¹, with λ a multiple of tr(Σ̃)/D that is
/// chosen by the error on the samples that are held back, W₀ itself (λ = ∞) among the candidates.
/// </summary>
/// <param name="Weight">W*, T×D.</param>
/// <param name="Moment">
/// Σ̃ of each group, centred where a bias takes the mean; E[x̃] where it is centred, zeros elsewhere; and how many positions say so.
/// </param>
/// <param name="Shift">From weights, T×D, to E[y − W·x̃], what the bias must add (T numbers).</param>
internal sealed record RidgeFit(
    Matrix Weight,
    SecondMoment Moment,
    Func<Matrix, double[]> Shift)
{
    private static readonly double[] Candidates = [1e-2, 1e-1, 1, 10];

    // Variance of an input, as a share of its energy, that is none.
    private const double Constant = 1e-12;

    // By what share of the energy a solution must be better than the old weights: less is what float32 leaves of the same outputs.
    private const double LeastGain = 1e-9;

    // Where nothing could be held back.
    private const double Usual = 1e-2;

    /// <summary>How many positions there were.</summary>
    public long Count => Moment.Count;

    /// <summary>‖W*·E[x̃]‖² where Σ̃ is centred: what is missing there to the energy of W*·x̃.</summary>
    public double MeanEnergy => Split(Weight, Moment.Mean.Count)
        .Zip(Moment.Mean, (part, mean) => Enumerable.Range(0, part.Rows).Sum(row => Math.Pow(TensorPrimitives.Dot<double>(part.Row(row), mean), 2)))
        .Sum();

    /// <summary>Whether the layer reads something other than zeros, or a constant that its bias takes.</summary>
    public bool IsUsable => Enumerable.Range(0, Moment.Mean.Count).All(group => Moment.Diagonal(group).Sum() > 0);

    /// <summary>A weight as it is, under the moments of what it reads.</summary>
    public static RidgeFit Of(Matrix weight, SecondMoment moment) => new(
        weight,
        moment with { Mean = [.. moment.Mean.Select(mean => new double[mean.Length])] },
        _ => throw new InvalidOperationException("no bias takes the mean error"));

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
        IReadOnlyList<double[]> mean = [.. groups.Select(group => movesBias ? group.Inputs : new double[group.Inputs.Length])];
        return new RidgeFit(
            joined,
            groups[0].Span is { } span
                ? SecondMoment.OfSpan(algebra, span, mean[0], fit.Count)
                : new SecondMoment([.. groups.Select(group => group.Sigma)], mean, fit.Count),
            rounded => [.. Split(rounded, groups.Count).Zip(groups, MeanError).SelectMany(part => part)]);
    }

    private static double Best(ILinearAlgebra algebra, Matrix weight, CrossMoments fit, CrossMoments held, double[]? bias, bool movesBias)
    {
        var (groups, unseen) = (Groups(weight, fit, bias, movesBias), Groups(weight, held, bias, movesBias));
        double Error(double ridge) => groups.Zip(unseen, (group, other) => other.Error(algebra, group.Solve(algebra, ridge), group)).Sum();
        var old = Error(double.PositiveInfinity);
        var (best, least, last) = (double.PositiveInfinity, old - (LeastGain * Math.Abs(old)), double.PositiveInfinity);
        foreach (var ridge in Candidates)
        {
            var error = Error(ridge);
            if (error < least)
            {
                (best, least) = (ridge, error);
            }

            // From the least λ on it falls to where it is best and rises from there.
            if (error > last)
            {
                break;
            }

            last = error;
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
            Span = moments.Span();
            Sigma = Span is null ? moments.Sigma(index) : new Matrix(0, 0);
            (_cross, Inputs, Outputs) = (moments.Cross(index), moments.Inputs(index), moments.Outputs(index));
            for (var row = 0; row < Outputs.Length && bias is not null; row++)
            {
                TensorPrimitives.MultiplyAdd(Inputs, -bias[row], _cross.Row(row), _cross.Row(row));
                Outputs[row] -= bias[row];
            }

            if (movesBias)
            {
                var energy = MeanDiagonal;
                Subtract(Span ?? Sigma, Span is null ? Inputs : [.. Enumerable.Repeat(1 / Math.Sqrt(Span.Rows), Span.Rows)], Inputs);
                Subtract(_cross, Outputs, Inputs);
                if (MeanDiagonal <= Constant * energy)
                {
                    // What is left of an input that does not vary is rounding noise, which no factor can be had of.
                    Array.Clear((Span ?? Sigma).Values);
                }
            }
        }

        // Of none where it has a span.
        public Matrix Sigma { get; }

        // X̃/√n, n×D: fewer positions than inputs, with which no weight is solved anew.
        public Matrix? Span { get; }

        public double[] Inputs { get; }

        public double[] Outputs { get; }

        public Matrix Solve(ILinearAlgebra algebra, double ridge)
        {
            var pull = MeanDiagonal * ridge;
            if (!double.IsFinite(ridge) || pull <= 0 || Span is not null)
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
            var product = Span is null ? algebra.Multiply(weight, Sigma) : SecondMoment.Times(algebra, weight, Span);
            var error = TensorPrimitives.Dot<double>(weight.Values, product.Values)
                - (2 * TensorPrimitives.Dot<double>(weight.Values, _cross.Values));
            if (_movesBias)
            {
                error += MeanError(weight, this).Zip(MeanError(weight, fitted), (here, there) => (here - there) * (here - there)).Sum();
            }

            return error;
        }

        private double MeanDiagonal => Span is null
            ? Regularized.MeanDiagonal(Sigma)
            : TensorPrimitives.SumOfSquares<double>(Span.Values) / Span.Columns;

        private static void Subtract(Matrix moments, double[] left, double[] right)
        {
            for (var row = 0; row < moments.Rows; row++)
            {
                TensorPrimitives.MultiplyAdd(right, -left[row], moments.Row(row), moments.Row(row));
            }
        }
    }
}
