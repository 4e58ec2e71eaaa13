using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.LinearAlgebra.Backends;

namespace ModelOptimizer.Bench;

/// <summary>Decompositions and solves by the built-in linear algebra and by TorchSharp, alternately, and the ResNet-50-sized model with each.</summary>
internal static class AlgebraTable
{
    private const int Repetitions = 3;

    private static readonly int[] Sizes = [16, 64, 256, 512, 1024, 2048];

    private static readonly (string Name, Action<ILinearAlgebra, Problem> Run)[] Operations =
    [
        ("SymmetricEigen", (algebra, problem) => algebra.SymmetricEigen(problem.Definite)),
        ("Svd", (algebra, problem) => algebra.Svd(problem.General)),
        ("Qr", (algebra, problem) => algebra.Qr(problem.General)),
        ("Cholesky", (algebra, problem) => algebra.Cholesky(problem.Definite)),
        ("CholeskySolve, as many right-hand sides", (algebra, problem) => algebra.CholeskySolve(problem.Factor, problem.General)),
        ("Multiply", (algebra, problem) => algebra.Multiply(problem.General, problem.General)),
    ];

    public static int Run()
    {
        var device = DeviceSelector.Select("cpu");
        using (var builtIn = new Engine(device))
        using (var torch = new Engine(device, LinearAlgebraBackends.Load(LinearAlgebraBackends.TorchSharp)))
        {
            Console.WriteLine($"| n×n, float64, ms | {string.Join(" | ", Sizes)} |");
            Console.WriteLine($"| --- |{string.Concat(Sizes.Select(_ => " --- |"))}");
            foreach (var (name, run) in Operations)
            {
                var times = Sizes.Select(size => Compare(builtIn.LinearAlgebra, torch.LinearAlgebra, Problem.Create(builtIn.LinearAlgebra, size), run)).ToList();
                Console.WriteLine($"| {name}, built-in | {string.Join(" | ", times.Select(time => Text(time.BuiltIn)))} |");
                Console.WriteLine($"| {name}, torchsharp | {string.Join(" | ", times.Select(time => $"{Text(time.Torch)} ({(time.Torch / time.BuiltIn).ToString("G2", CultureInfo.InvariantCulture)})"))} |");
            }
        }

        foreach (var word in LinearAlgebraBackends.Words)
        {
            Console.WriteLine($"ResNet-50-sized, linear-algebra: {word}");
            ResNet50Run.Run("cpu", word);
        }

        return 0;
    }

    private static string Text(double seconds) => (1000 * seconds).ToString("G3", CultureInfo.InvariantCulture);

    // The least time of each, since what disturbs a time only makes it longer; the first call of both warms up.
    private static (double BuiltIn, double Torch) Compare(ILinearAlgebra builtIn, ILinearAlgebra torch, Problem problem, Action<ILinearAlgebra, Problem> run)
    {
        var (first, second) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var repetition = 0; repetition <= Repetitions; repetition++)
        {
            first = Math.Min(first, Seconds(() => run(builtIn, problem)));
            second = Math.Min(second, Seconds(() => run(torch, problem)));
        }

        return (first, second);
    }

    private static double Seconds(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    private sealed record Problem(Matrix General, Matrix Definite, Matrix Factor)
    {
        public static Problem Create(ILinearAlgebra algebra, int size)
        {
            var random = new Random(size);
            var general = new Matrix(size, size, [.. Enumerable.Range(0, size * size).Select(_ => random.NextDouble() - 0.5)]);
            var definite = algebra.Gram(general);
            for (var i = 0; i < size; i++)
            {
                definite[i, i] += 0.1 * size;
            }

            return new Problem(general, definite, algebra.Cholesky(definite));
        }
    }
}
