using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

/// <summary>A small C-GReLU problem, with its objective and gradient by plain loops.</summary>
internal sealed class ToyRegression
{
    public ToyRegression(int samples = 80, int inputs = 6, int gates = 25, int outputs = 2, int seed = 1)
    {
        var random = new Random64(seed);
        Raw = random.Matrix(samples, inputs);
        Inputs = InputScaling.Of(Raw).Scale(Raw);
        Gates = Gates.Sample(TestProblem.Algebra, Inputs, gates, seed);
        Targets = Teacher(random, outputs);
        Loss = new SquaredLoss(new GatedFeatures(TestProblem.Algebra, Inputs, Gates.Patterns, outputs), Targets.Transpose());
        LambdaMax = Loss.LargestSlopeAtZero();
    }

    /// <summary>A solution to a tolerance far below the published one.</summary>
    public static FistaSettings Tight { get; } = new() { Tolerance = 1e-24, Iterations = 100_000 };

    /// <summary>What a user has, n×d.</summary>
    public Matrix Raw { get; }

    /// <summary>X: scaled, with a column of ones.</summary>
    public Matrix Inputs { get; }

    public Gates Gates { get; }

    public Matrix Targets { get; }

    public SquaredLoss Loss { get; }

    public double LambdaMax { get; }

    public FistaResult Solve(double lambda, FistaSettings? settings = null, Matrix? start = null) =>
        new RestartedFista(Loss, new GroupPenalty(lambda), settings ?? Tight).Solve(start);

    /// <summary>Σ_i D_iXU_i, n×c, gate by gate.</summary>
    public Matrix Predict(Matrix weights)
    {
        var prediction = new Matrix(Inputs.Rows, Targets.Columns);
        ForOpen((sample, i) =>
        {
            for (var k = 0; k < Targets.Columns; k++)
            {
                prediction[sample, k] += Dot(Inputs.Row(sample), weights.Row((k * Gates.Directions.Rows) + i));
            }
        });
        return prediction;
    }

    /// <summary>f + Ω.</summary>
    public double Objective(Matrix weights, double lambda) =>
        (Predict(weights).Values.Zip(Targets.Values, (p, y) => (p - y) * (p - y)).Sum() / (2 * Inputs.Rows))
        + (lambda * Enumerable.Range(0, weights.Rows).Sum(j => Norm(weights.Row(j))));

    /// <summary>(1/n)XᵀD_i(Σ_jD_jXU_j − Y).</summary>
    public Matrix Gradient(Matrix weights)
    {
        var (prediction, gradient) = (Predict(weights), new Matrix(weights.Rows, weights.Columns));
        ForOpen((sample, i) =>
        {
            for (var k = 0; k < Targets.Columns; k++)
            {
                for (var column = 0; column < Inputs.Columns; column++)
                {
                    gradient[(k * Gates.Directions.Rows) + i, column] += Inputs[sample, column] * (prediction[sample, k] - Targets[sample, k]) / Inputs.Rows;
                }
            }
        });
        return gradient;
    }

    public static double Norm(ReadOnlySpan<double> values) => Math.Sqrt(Dot(values, values));

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    // A network of five ReLUs and noise.
    private Matrix Teacher(Random64 random, int outputs)
    {
        var (hidden, output, targets) = (random.Matrix(5, Raw.Columns), random.Matrix(outputs, 5), random.Matrix(Raw.Rows, outputs));
        for (var sample = 0; sample < Raw.Rows; sample++)
        {
            for (var k = 0; k < outputs; k++)
            {
                targets[sample, k] *= 0.3;
                for (var j = 0; j < 5; j++)
                {
                    targets[sample, k] += output[k, j] * Math.Max(Dot(hidden.Row(j), Raw.Row(sample)), 0);
                }
            }
        }

        return targets;
    }

    private void ForOpen(Action<int, int> open)
    {
        for (var sample = 0; sample < Inputs.Rows; sample++)
        {
            for (var i = 0; i < Gates.Directions.Rows; i++)
            {
                if (Dot(Inputs.Row(sample), Gates.Directions.Row(i)) > 0)
                {
                    open(sample, i);
                }
            }
        }
    }
}
