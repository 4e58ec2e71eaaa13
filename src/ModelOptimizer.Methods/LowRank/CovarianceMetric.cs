namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// A measured Σ, stored as K×K blocks of S×S below each other, [(k,k',s'),s] = Σ[(k',s'),(k,s)]: both products of the sweep read it
/// from start to end as one operand of one matrix product.
/// </summary>
internal sealed class CovarianceMetric : IKernelMetric
{
    private readonly ILinearAlgebra _algebra;
    private readonly Jitter _jitter;
    private readonly int _channels;
    private readonly int _taps;
    private readonly Matrix _blocks;
    private readonly CancellationToken _cancellation;
    private Matrix? _meanInverse;
    private Matrix? _meanRoot;

    /// <summary>Takes Σ in channel-major order, d = s·K + k.</summary>
    public CovarianceMetric(ILinearAlgebra algebra, Matrix sigma, int taps, Jitter jitter = Jitter.Relative, CancellationToken cancellation = default)
    {
        _algebra = algebra;
        _jitter = jitter;
        _cancellation = cancellation;
        _taps = taps;
        _channels = sigma.Rows / taps;
        _blocks = taps == 1 ? sigma : ToBlocks(sigma, _channels, taps);
    }

    public Matrix Times(Matrix rows)
    {
        if (_taps == 1)
        {
            return _algebra.Multiply(rows, _blocks);
        }

        var width = _taps * _channels;
        var result = new Matrix(rows.Rows, width);
        var block = new Matrix(width, _channels);
        for (var k = 0; k < _taps; k++)
        {
            Array.Copy(_blocks.Values, (long)k * block.Values.Length, block.Values, 0, block.Values.Length);
            var part = _algebra.Multiply(rows, block);
            for (var row = 0; row < rows.Rows; row++)
            {
                part.Row(row).CopyTo(result.Row(row)[(k * _channels)..]);
            }
        }

        return result;
    }

    public Matrix MeanRoot() => _meanRoot ??= Regularized.Cholesky(_algebra, MeanBlock(), _jitter);

    public Matrix CoreGram(Matrix inputFactor)
    {
        var rank = inputFactor.Columns;
        var gram = new Matrix(_taps * rank, _taps * rank);
        // A tap at a time, since all at once would be several matrices of Σ's size; and of each only the blocks that are not known from a tap before.
        for (var k = 0; k < _taps; k++)
        {
            var rest = _taps - k;
            var right = TransposeBlocks(_algebra.Multiply(_blocks.RowBlock(((k * _taps) + k) * _channels, rest * _channels), inputFactor), rest);
            var both = _algebra.Multiply(right, inputFactor);
            for (var other = k; other < _taps; other++)
            {
                var block = both.RowBlock((other - k) * rank, rank);
                gram.SetBlock(other * rank, k * rank, block.Transpose());
                gram.SetBlock(k * rank, other * rank, block);
            }
        }

        return Symmetric.Mean(gram);
    }

    public Matrix SolveInput(Matrix gramOfCore, Matrix right, Matrix start, InnerAccuracy accuracy)
    {
        // Σ̄ ⊗ H̄, the sums of both factors' diagonal blocks, has the operator's scale in every direction.
        var gramMean = Inverse(TapSums.OfDiagonalBlocks(gramOfCore, _taps));
        _meanInverse ??= Symmetric.Mean(_algebra.CholeskySolve(MeanRoot(), Matrix.Identity(_channels)));
        return new ConjugateGradients(
            x => Product(gramOfCore, x),
            r => _algebra.Multiply(_algebra.Multiply(gramMean, r), _meanInverse),
            _cancellation).Solve(right, start, accuracy);
    }

    /// <summary>Yᵀ[q,s] = Σ_{k,k',s'} Σ[(k,s),(k',s')] · Σ_{q'} H[(k,q),(k',q')]·X[s',q'], for Xᵀ (R_S×S).</summary>
    internal Matrix Product(Matrix gramOfCore, Matrix transposed)
    {
        var rank = transposed.Rows;
        var width = _taps * _channels;
        var inner = _algebra.Multiply(gramOfCore.Reshape(_taps * rank * _taps, rank), transposed);
        var arranged = new Matrix(rank, _taps * width);
        for (var k = 0; k < _taps; k++)
        {
            for (var q = 0; q < rank; q++)
            {
                inner.Values.AsSpan(((k * rank) + q) * width, width).CopyTo(arranged.Row(q)[(k * width)..]);
            }
        }

        return _algebra.Multiply(arranged, _blocks);
    }

    /// <summary>Σ̄ = Σ_k Σ[(k,·),(k,·)] / K.</summary>
    internal Matrix MeanBlock()
    {
        var mean = new Matrix(_channels, _channels);
        for (var k = 0; k < _taps; k++)
        {
            var offset = ((k * _taps) + k) * _channels;
            for (var i = 0; i < mean.Values.Length; i++)
            {
                mean.Values[i] += _blocks.Values[((long)offset * _channels) + i] / _taps;
            }
        }

        return mean;
    }

    private Matrix Inverse(Matrix matrix) =>
        Symmetric.Mean(_algebra.CholeskySolve(Regularized.Cholesky(_algebra, matrix, _jitter), Matrix.Identity(matrix.Rows)));

    private static Matrix ToBlocks(Matrix sigma, int channels, int taps)
    {
        var blocks = new Matrix(taps * taps * channels, channels);
        for (var row = 0; row < sigma.Rows; row++)
        {
            var from = sigma.Row(row);
            for (var k = 0; k < taps; k++)
            {
                var to = blocks.Row((((k * taps) + (row % taps)) * channels) + (row / taps));
                for (var s = 0; s < channels; s++)
                {
                    to[s] = from[(s * taps) + k];
                }
            }
        }

        return blocks;
    }

    private static Matrix TransposeBlocks(Matrix stacked, int count)
    {
        var (height, width) = (stacked.Rows / count, stacked.Columns);
        var result = new Matrix(count * width, height);
        for (var block = 0; block < count; block++)
        {
            for (var i = 0; i < height; i++)
            {
                var from = stacked.Row((block * height) + i);
                for (var j = 0; j < width; j++)
                {
                    result.Values[((((long)block * width) + j) * height) + i] = from[j];
                }
            }
        }

        return result;
    }
}
