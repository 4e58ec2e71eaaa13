using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// A kernel as a sum of rank-1 terms in the manner of HOSVD: every spatial axis in the basis of its own unfolding's singular vectors, and each of the K
/// slices T×S that this gives by its singular vectors. Exact with all terms; ordered by their energy under Σ̄ ⊗ I.
/// </summary>
internal sealed class CpComponents
{
    private readonly List<(double Energy, int Slice, int Index)> _order = [];
    private readonly List<(Matrix Kernel, Matrix Vectors)> _slices = [];
    private readonly IReadOnlyList<Matrix> _bases;
    private readonly KernelProblem _problem;
    private readonly TapGrid _grid;

    /// <param name="problem">Where Σ̄ comes from.</param>
    /// <param name="grid">The axes.</param>
    /// <param name="kernel">T×(K·S), tap-major: the kernel or a part of it.</param>
    public CpComponents(KernelProblem problem, TapGrid grid, Matrix kernel)
    {
        (_problem, _grid) = (problem, grid);
        var algebra = problem.Algebra;
        var root = problem.Metric.MeanRoot();
        var weighted = root is null
            ? kernel
            : algebra.Multiply(kernel.Reshape(problem.Outputs * grid.Taps, problem.Inputs), root).Reshape(problem.Outputs, kernel.Columns);
        _bases = [.. Enumerable.Range(0, grid.Extents.Count).Select(axis => Basis(weighted, axis))];
        for (var slice = 0; slice < grid.Taps; slice++)
        {
            var (energies, vectors) = Dominant.LeftVectorsOfTranspose(algebra, Slice(weighted, slice).Transpose());
            _slices.Add((Slice(kernel, slice), vectors));
            _order.AddRange(energies.Take(Math.Min(problem.Inputs, problem.Outputs)).Select((energy, index) => (energy, slice, index)));
        }

        _order = [.. _order.OrderByDescending(component => component.Energy)];
    }

    public int Count => _order.Count;

    /// <summary>The first <paramref name="rank"/> terms.</summary>
    public CpFactors Leading(int rank)
    {
        var (output, input) = (new Matrix(_problem.Outputs, rank), new Matrix(_problem.Inputs, rank));
        var axes = _grid.Extents.Select(extent => new Matrix(extent, rank)).ToList();
        for (var r = 0; r < rank; r++)
        {
            var (_, slice, index) = _order[r];
            var (kernel, vectors) = _slices[slice];
            for (var t = 0; t < output.Rows; t++)
            {
                output[t, r] = vectors[t, index];
                for (var s = 0; s < input.Rows; s++)
                {
                    input[s, r] += vectors[t, index] * kernel[t, s];
                }
            }

            for (var axis = 0; axis < axes.Count; axis++)
            {
                for (var place = 0; place < axes[axis].Rows; place++)
                {
                    axes[axis][place, r] = _bases[axis][place, _grid.Place(slice, axis)];
                }
            }
        }

        return new CpFactors(output, input, axes);
    }

    /// <summary>Singular vectors of the unfolding along one axis, extent×extent.</summary>
    private Matrix Basis(Matrix kernel, int axis)
    {
        var gram = new Matrix(_grid.Extents[axis], _grid.Extents[axis]);
        foreach (var (tap, other) in Pairs().Where(pair => _grid.IsSameElsewhere(pair.Tap, pair.Other, axis)))
        {
            for (var t = 0; t < kernel.Rows; t++)
            {
                gram[_grid.Place(tap, axis), _grid.Place(other, axis)] += TensorPrimitives.Dot<double>(TapOf(kernel, t, tap), TapOf(kernel, t, other));
            }
        }

        return _problem.Algebra.SymmetricEigen(Symmetric.Mean(gram)).Vectors;
    }

    /// <summary>The kernel's taps summed with the bases' coefficients, T×S.</summary>
    private Matrix Slice(Matrix kernel, int slice)
    {
        var result = new Matrix(kernel.Rows, _problem.Inputs);
        for (var tap = 0; tap < _grid.Taps; tap++)
        {
            var weight = _bases
                .Select((basis, axis) => basis[_grid.Place(tap, axis), _grid.Place(slice, axis)])
                .Aggregate(1.0, (product, value) => product * value);
            for (var t = 0; t < kernel.Rows; t++)
            {
                TensorPrimitives.MultiplyAdd(TapOf(kernel, t, tap), weight, result.Row(t), result.Row(t));
            }
        }

        return result;
    }

    private IEnumerable<(int Tap, int Other)> Pairs() =>
        Enumerable.Range(0, _grid.Taps).SelectMany(tap => Enumerable.Range(0, _grid.Taps).Select(other => (tap, other)));

    private Span<double> TapOf(Matrix kernel, int output, int tap) => kernel.Row(output).Slice(tap * _problem.Inputs, _problem.Inputs);
}
