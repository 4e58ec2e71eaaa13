using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>
/// Second moments of what a layer reads, x̃ (D numbers of each of its groups), and of what it shall give, y (T numbers), as means over positions:
/// Σ̃ = E[x̃·x̃ᵀ], P = E[y·x̃ᵀ], E[x̃] and E[y].
/// </summary>
internal sealed class CrossMoments
{
    // A product of few columns is mostly a pass over the moments.
    private const int EnoughColumns = 512;

    private readonly ILinearAlgebra _algebra;
    private readonly int _size;
    private readonly List<(Matrix Patches, Matrix Outputs)> _waiting = [];
    private Matrix[] _sigma = [];

    // x̃ themselves, D×n each, while they are so few that Σ̃ would be larger; null once it is made.
    private List<Matrix>? _few;
    private readonly Matrix[] _cross;
    private readonly double[] _inputs;
    private readonly double[] _outputs;

    /// <param name="algebra">For the products.</param>
    /// <param name="groups">Groups of a convolution; 1 otherwise.</param>
    /// <param name="size">D.</param>
    /// <param name="channels">T, of all groups.</param>
    /// <param name="keepsFew">Whether few positions are kept themselves.</param>
    public CrossMoments(ILinearAlgebra algebra, int groups, int size, int channels, bool keepsFew = false)
    {
        (_algebra, Groups, _size) = (algebra, groups, size);
        _few = keepsFew && groups == 1 && SecondMoment.IsInSpan(0, size) ? [] : null;
        if (_few is null)
        {
            MakeSigma();
        }

        _cross = [.. Enumerable.Range(0, groups).Select(_ => new Matrix(channels / groups, size))];
        (_inputs, _outputs) = (new double[groups * size], new double[channels]);
    }

    /// <summary>Groups of a convolution.</summary>
    public int Groups { get; }

    /// <summary>How many positions.</summary>
    public long Count { get; private set; }

    /// <summary>Whether all of them are numbers.</summary>
    public bool IsFinite
    {
        get
        {
            Flush();
            return _sigma.Concat(_cross).Concat(_few ?? []).All(sums => double.IsFinite(TensorPrimitives.Sum<double>(sums.Values)));
        }
    }

    /// <summary>Σ̃ of a group, D×D, where it has no <see cref="Span"/>.</summary>
    public Matrix Sigma(int group) => Mean(_sigma, group);

    /// <summary>X̃/√n of the only group, n×D; null where there are too many positions for that.</summary>
    public Matrix? Span()
    {
        Flush();
        if (_few is null)
        {
            return null;
        }

        var span = _few.Count == 0 ? new Matrix(0, _size) : Joined(_few).Transpose();
        TensorPrimitives.Divide(span.Values, Math.Sqrt(Count), span.Values);
        return span;
    }

    /// <summary>P of a group, T/groups×D.</summary>
    public Matrix Cross(int group) => Mean(_cross, group);

    /// <summary>E[x̃] of a group.</summary>
    public double[] Inputs(int group)
    {
        Flush();
        return Mean(_inputs[(group * _size)..((group + 1) * _size)]);
    }

    /// <summary>E[y] of a group.</summary>
    public double[] Outputs(int group)
    {
        Flush();
        return Mean(_outputs[(group * _cross[group].Rows)..((group + 1) * _cross[group].Rows)]);
    }

    /// <summary>Adds positions.</summary>
    /// <param name="patches">(groups·D)×n, a column for each position.</param>
    /// <param name="outputs">T×n.</param>
    public void Add(Matrix patches, Matrix outputs)
    {
        _waiting.Add((patches, outputs));
        Count += patches.Columns;
        if (_waiting.Sum(part => part.Patches.Columns) >= EnoughColumns)
        {
            Flush();
        }
    }

    /// <summary>Adds images, of one group.</summary>
    public void Add(IImageMoments images)
    {
        Flush();
        Count += images.AddTo(_sigma[0], _cross[0], _inputs, _outputs);
    }

    /// <summary>Adds what <paramref name="other"/> has seen, with M·x̃ in place of its x̃.</summary>
    /// <param name="other">Of as many groups and outputs.</param>
    /// <param name="maps">M of each group; null where x̃ is the same.</param>
    public void Add(CrossMoments other, IReadOnlyList<Matrix>? maps = null)
    {
        Flush();
        other.Flush();
        if (other._few is null)
        {
            MakeSigma();
        }

        foreach (var patches in other._few ?? [])
        {
            AddSquares(maps?[0] is { } map ? _algebra.Multiply(map, patches) : patches);
        }

        for (var group = 0; group < Groups; group++)
        {
            var (sigma, cross) = (other._few is null ? other._sigma[group] : null, other._cross[group]);
            var inputs = new Matrix(other._size, 1, other._inputs[(group * other._size)..((group + 1) * other._size)]);
            if (maps?[group] is { } map)
            {
                sigma = sigma is null ? null : Symmetric.Mean(_algebra.Multiply(_algebra.Multiply(map, sigma), map, transposeB: true));
                (cross, inputs) = (_algebra.Multiply(cross, map, transposeB: true), _algebra.Multiply(map, inputs));
            }

            if (sigma is not null)
            {
                AddTo(_sigma[group], sigma);
            }

            AddTo(_cross[group], cross);
            var sum = _inputs.AsSpan(group * _size, _size);
            TensorPrimitives.Add(sum, inputs.Values, sum);
        }

        TensorPrimitives.Add(_outputs, other._outputs, _outputs);
        Count += other.Count;
    }

    /// <summary>The same of M·x̃ in place of x̃.</summary>
    /// <param name="maps">M of each group.</param>
    public CrossMoments Mapped(IReadOnlyList<Matrix> maps)
    {
        var mapped = new CrossMoments(_algebra, Groups, maps[0].Rows, _outputs.Length, keepsFew: _few is not null);
        mapped.Add(this, maps);
        return mapped;
    }

    /// <summary>Σ̃ and E[x̃] of what this and <paramref name="other"/> have seen.</summary>
    public SecondMoment With(CrossMoments other)
    {
        var sum = new CrossMoments(_algebra, Groups, _size, _outputs.Length, keepsFew: _few is not null);
        sum.Add(this);
        sum.Add(other);
        return sum.Span() is { } span
            ? SecondMoment.OfSpan(_algebra, span, sum.Inputs(0), sum.Count)
            : new SecondMoment([.. Enumerable.Range(0, Groups).Select(sum.Sigma)], [.. Enumerable.Range(0, Groups).Select(sum.Inputs)], sum.Count);
    }

    // From here on sums only.
    private void MakeSigma()
    {
        if (_sigma.Length > 0)
        {
            return;
        }

        _sigma = [.. Enumerable.Range(0, Groups).Select(_ => new Matrix(_size, _size))];
        var few = _few ?? [];
        _few = null;
        few.ForEach(AddSquares);
    }

    private void AddSquares(Matrix patches)
    {
        if (_few is not null && SecondMoment.IsInSpan(_few.Sum(part => (long)part.Columns) + patches.Columns, _size))
        {
            _few.Add(patches);
            return;
        }

        MakeSigma();
        AddTo(_sigma[0], _algebra.Gram(patches));
    }

    private void Flush()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        var (patches, outputs) = (Joined([.. _waiting.Select(part => part.Patches)]), Joined([.. _waiting.Select(part => part.Outputs)]));
        _waiting.Clear();
        for (var group = 0; group < Groups; group++)
        {
            var (x, y) = (Rows(patches, group, _size), Rows(outputs, group, _cross[group].Rows));
            if (_few is not null)
            {
                AddSquares(x);
            }
            else
            {
                AddTo(_sigma[group], _algebra.Gram(x));
            }

            AddTo(_cross[group], _algebra.Multiply(y, x, transposeB: true));
        }

        AddRowSums(_inputs, patches);
        AddRowSums(_outputs, outputs);
    }

    private static Matrix Joined(List<Matrix> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var (joined, first) = (new Matrix(parts[0].Rows, parts.Sum(part => part.Columns)), 0);
        foreach (var part in parts)
        {
            for (var row = 0; row < part.Rows; row++)
            {
                part.Row(row).CopyTo(joined.Row(row)[first..]);
            }

            first += part.Columns;
        }

        return joined;
    }

    private static void AddTo(Matrix sum, Matrix part) => TensorPrimitives.Add(sum.Values, part.Values, sum.Values);

    private static void AddRowSums(double[] sums, Matrix matrix)
    {
        for (var row = 0; row < sums.Length; row++)
        {
            sums[row] += TensorPrimitives.Sum<double>(matrix.Row(row));
        }
    }

    private Matrix Rows(Matrix matrix, int group, int rows) => Groups == 1
        ? matrix
        : new Matrix(rows, matrix.Columns, matrix.Values[(group * rows * matrix.Columns)..((group + 1) * rows * matrix.Columns)]);

    private Matrix Mean(Matrix[] sums, int group)
    {
        Flush();
        return new(sums[group].Rows, sums[group].Columns, Mean(sums[group].Values));
    }

    private double[] Mean(double[] sum)
    {
        WorkingMemory.Expect(sizeof(double) * (long)sum.Length);
        var mean = new double[sum.Length];
        TensorPrimitives.Divide(sum, (double)Count, mean);
        return mean;
    }
}
