using System.Diagnostics;
using System.Globalization;
using MathNet.Numerics.LinearAlgebra.Factorization;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using DenseMatrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace ModelOptimizer.Bench;

/// <summary>
/// Decompositions and solves by the built-in linear algebra, the system's OpenBLAS, MathNet.Numerics and TorchSharp, alternately; with TorchSharp, the
/// ResNet-50-sized model too.
/// </summary>
internal static class AlgebraTable
{
    // What disturbs a time only makes it longer: the least of several.
    private const double SecondsOfLibrary = 6;
    private const int MostRepetitions = 20;

    // Threads of OpenBLAS go on waiting for work for a while, and would have the cores of whatever comes next.
    private const int PauseMilliseconds = 60;

    private static readonly (int Rows, int Columns)[] Shapes = [(16, 16), (64, 64), (256, 256), (512, 512), (1024, 1024), (2048, 2048), (2048, 512)];

    private static readonly Operation[] Operations =
    [
        new("SymmetricEigen", (algebra, problem) => algebra.SymmetricEigen(problem.Definite))
        {
            Lapack = problem => Lapack.SymmetricEigen(problem.Definite, vectors: true),
            MathNet = problem => problem.Library.Definite.Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric),
        },
        new("SymmetricEigenvalues", (algebra, problem) => algebra.SymmetricEigenvalues(problem.Definite))
        {
            Lapack = problem => Lapack.SymmetricEigen(problem.Definite, vectors: false),
        },
        new("Svd", (algebra, problem) => algebra.Svd(problem.General))
        {
            Lapack = problem => Lapack.Svd(problem.General),
            MathNet = problem => problem.Library.General.Svd(),
            IsAlsoTall = true,
        },
        new("Qr", (algebra, problem) => algebra.Qr(problem.General))
        {
            Lapack = problem => Lapack.Qr(problem.General),
            MathNet = problem => problem.Library.General.QR(QRMethod.Thin),
            IsAlsoTall = true,
        },
        new("Cholesky", (algebra, problem) => algebra.Cholesky(problem.Definite)),
        new("CholeskySolve, as many right-hand sides", (algebra, problem) => algebra.CholeskySolve(problem.Factor, problem.General)),
        new("Multiply", (algebra, problem) => algebra.Multiply(problem.General, problem.General)),
    ];

    public static int Run()
    {
        var device = DeviceSelector.Select("cpu");
        var hasTorch = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(LinearAlgebraBackends.FolderVariable));
        using (var builtIn = new Engine(device))
        using (var torch = hasTorch ? new Engine(device, LinearAlgebraBackends.Load(LinearAlgebraWord.TorchSharp)) : null)
        {
            Console.WriteLine(
                $"{Environment.ProcessorCount} processors; LAPACK: {Lapack.Description ?? "not there (libopenblas.so.0)"}; TorchSharp: "
                    + $"{(hasTorch ? "there" : "not there")}"
            );
            Console.WriteLine("Milliseconds, least of several alternating runs, and CPU time of all threads; in brackets the built-in's share of the time.");
            Console.WriteLine($"| float64 | {string.Join(" | ", Shapes.Select(shape => $"{shape.Rows}×{shape.Columns}"))} |");
            Console.WriteLine($"| --- |{string.Concat(Shapes.Select(_ => " --- |"))}");
            foreach (var operation in Operations)
            {
                Compare(operation, builtIn.LinearAlgebra, torch?.LinearAlgebra);
            }
        }

        foreach (var word in hasTorch ? LinearAlgebraBackends.Words : [])
        {
            Console.WriteLine($"ResNet-50-sized, linear-algebra: {word}");
            ResNet50Run.Run("cpu", word);
        }

        return 0;
    }

    private static void Compare(Operation operation, ILinearAlgebra builtIn, ILinearAlgebra? torch)
    {
        List<(string Name, Action<Problem> Run)> libraries = [("built-in", problem => operation.Run(builtIn, problem))];
        if (operation.Lapack is not null && Lapack.Description is not null)
        {
            libraries.Add(("LAPACK", operation.Lapack));
        }

        if (operation.MathNet is not null)
        {
            libraries.Add(("MathNet", operation.MathNet));
        }

        if (torch is not null)
        {
            libraries.Add(("torchsharp", problem => operation.Run(torch, problem)));
        }

        var cells = libraries.Select(_ => new List<string>()).ToList();
        foreach (var (rows, columns) in Shapes)
        {
            if (rows != columns && !operation.IsAlsoTall)
            {
                cells.ForEach(row => row.Add("–"));
                continue;
            }

            var problem = Problem.Create(builtIn, rows, columns);
            var times = Times([.. libraries.Select(library => library.Run)], problem);
            for (var i = 0; i < times.Length; i++)
            {
                var share = i == 0 ? "" : $" ({(times[0].Wall / times[i].Wall).ToString("0.00", CultureInfo.InvariantCulture)})";
                cells[i].Add($"{Text(times[i].Wall)}, CPU {Text(times[i].Cpu)}{share}");
            }
        }

        for (var i = 0; i < libraries.Count; i++)
        {
            Console.WriteLine($"| {operation.Name}, {libraries[i].Name} | {string.Join(" | ", cells[i])} |");
        }
    }

    private static string Text(double milliseconds) => milliseconds.ToString(milliseconds < 100 ? "G3" : "F0", CultureInfo.InvariantCulture);

    // In turns, each until it has had its time; what runs before that warms up, small problems often enough to be compiled with every optimisation.
    private static (double Wall, double Cpu)[] Times(Action<Problem>[] libraries, Problem problem)
    {
        for (var call = 0; call < (problem.General.Columns <= 64 ? 200 : 1); call++)
        {
            Array.ForEach(libraries, library => library(problem));
        }

        var least = Array.ConvertAll(libraries, _ => (Wall: double.PositiveInfinity, Cpu: double.PositiveInfinity));
        var spent = new double[libraries.Length];
        for (var repetition = 0; repetition < MostRepetitions; repetition++)
        {
            for (var i = 0; i < libraries.Length; i++)
            {
                if (spent[i] > 1000 * SecondsOfLibrary)
                {
                    continue;
                }

                Thread.Sleep(PauseMilliseconds);
                using var process = Process.GetCurrentProcess();
                var cpu = process.TotalProcessorTime;
                var clock = Stopwatch.StartNew();
                libraries[i](problem);
                var wall = clock.Elapsed.TotalMilliseconds;
                process.Refresh();
                spent[i] += wall;
                least[i] = (Math.Min(least[i].Wall, wall), Math.Min(least[i].Cpu, (process.TotalProcessorTime - cpu).TotalMilliseconds));
            }
        }

        return least;
    }

    private sealed record Operation(string Name, Action<ILinearAlgebra, Problem> Run)
    {
        public Action<Problem>? Lapack { get; init; }

        public Action<Problem>? MathNet { get; init; }

        public bool IsAlsoTall { get; init; }
    }

    private sealed record Problem(Matrix General, Matrix Definite, Matrix Factor)
    {
        public (DenseMatrix General, DenseMatrix Definite) Library { get; } = (ToLibrary(General), ToLibrary(Definite));

        public static Problem Create(ILinearAlgebra algebra, int rows, int columns)
        {
            var random = new Random(rows);
            var general = new Matrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextDouble() - 0.5)]);
            var definite = algebra.Gram(general);
            for (var i = 0; i < rows; i++)
            {
                definite[i, i] += 0.1 * rows;
            }

            return new Problem(general, definite, algebra.Cholesky(definite));
        }

        private static DenseMatrix ToLibrary(Matrix a) => new(a.Rows, a.Columns, a.Transpose().Values);
    }
}
