using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>One kernel and its Σ: minimise tr((W−W~)Σ(W−W~)ᵀ). All matrices tap-major.</summary>
internal sealed class KernelProblem
{
    private readonly Lazy<Matrix> _tapMoment;

    /// <summary>Takes the kernel as T×D in channel-major order, the row-major flattening of the ONNX weight.</summary>
    public KernelProblem(ILinearAlgebra algebra, Matrix weight, int taps, IKernelMetric metric)
    {
        Algebra = algebra;
        Taps = taps;
        Metric = metric;
        Weight = taps == 1 ? weight : TapOrder.ColumnsToTapMajor(weight, taps);
        Product = metric.Times(Weight);
        Energy = TensorPrimitives.Dot<double>(Weight.Values, Product.Values);
        _tapMoment = new(SumOverChannels);
    }

    public ILinearAlgebra Algebra { get; }

    public IKernelMetric Metric { get; }

    /// <summary>K.</summary>
    public int Taps { get; }

    /// <summary>W, T×D.</summary>
    public Matrix Weight { get; }

    /// <summary>P = WΣ, T×D.</summary>
    public Matrix Product { get; }

    /// <summary>tr(WΣWᵀ): the layer's energy.</summary>
    public double Energy { get; }

    /// <summary>Σ_s Σ[(k,s),(k',s)], K×K.</summary>
    public Matrix TapMoment => _tapMoment.Value;

    /// <summary>T.</summary>
    public int Outputs => Weight.Rows;

    /// <summary>S.</summary>
    public int Inputs => Weight.Columns / Taps;

    /// <summary>tr(WPᵀ) − ⟨W~,P⟩: the squared error right after an exact block solve, and no cheaper test is needed there.</summary>
    public double ErrorAtOptimum(Matrix approximation) => Math.Max(0, Energy - TensorPrimitives.Dot<double>(approximation.Values, Product.Values));

    /// <summary>tr(ΔΣΔᵀ) of any W~: cannot be negative, one product with Σ.</summary>
    public double Error(Matrix approximation)
    {
        var difference = new Matrix(Weight.Rows, Weight.Columns);
        TensorPrimitives.Subtract(Weight.Values, approximation.Values, difference.Values);
        return Math.Max(0, TensorPrimitives.Dot<double>(difference.Values, Metric.Times(difference).Values));
    }

    /// <summary>The relative error e; 0 where the data never excites the kernel.</summary>
    public double Relative(double squaredError) => Energy > 0 ? Math.Sqrt(squaredError / Energy) : 0;

    /// <summary>P·B, T×(K·R_S).</summary>
    public Matrix ProjectedProduct(Matrix inputFactor) =>
        Algebra.Multiply(Product.Reshape(Outputs * Taps, Inputs), inputFactor).Reshape(Outputs, Taps * inputFactor.Columns);

    private Matrix SumOverChannels()
    {
        var sum = new Matrix(Taps, Taps);
        for (var s = 0; s < Inputs; s++)
        {
            var channel = new Matrix(Inputs, 1);
            channel[s, 0] = 1;
            TensorPrimitives.Add(sum.Values, Metric.CoreGram(channel).Values, sum.Values);
        }

        return sum;
    }
}

/// <summary>The Σ of one layer as the algorithm needs it, in tap-major order; no operation forms another D×D matrix.</summary>
internal interface IKernelMetric
{
    /// <summary>rows·Σ, for rows of length D.</summary>
    Matrix Times(Matrix rows);

    /// <summary>BᵀΣB with B = I_K ⊗ U_S: (K·R_S)×(K·R_S), index k·R_S + q.</summary>
    Matrix CoreGram(Matrix inputFactor);

    /// <summary>
    /// The normal equations of U_S, Σ_{k,k'} Σ_{k,k'}·U_S·H_{k',k} = right, all transposed (R_S×S), solved from <paramref name="start"/>
    /// until the residual is <paramref name="accuracy"/> times its first norm.
    /// </summary>
    Matrix SolveInput(Matrix gramOfCore, Matrix right, Matrix start, InnerAccuracy accuracy);

    /// <summary>A lower factor of Σ̄, the mean of Σ's diagonal blocks; null when that is the identity.</summary>
    Matrix? MeanRoot();
}

/// <summary>
/// Between the order of ONNX weights and of <see cref="Tensors.Statistics.SecondMoment"/>, d = s·K + k, and the tap-major order d = k·S + s,
/// in which every product with I_K ⊗ U_S is one matrix product of a reshaped matrix.
/// </summary>
internal static class TapOrder
{
    /// <summary>Columns (s,k) to columns (k,s).</summary>
    public static Matrix ColumnsToTapMajor(Matrix channelMajor, int taps) => Exchange(channelMajor, channelMajor.Columns / taps, taps);

    /// <summary>Columns (k,s) to columns (s,k).</summary>
    public static Matrix ColumnsToChannelMajor(Matrix tapMajor, int taps) => Exchange(tapMajor, taps, tapMajor.Columns / taps);

    /// <summary>Rows and columns (k,q) to rows and columns (q,k).</summary>
    public static Matrix BothToChannelMajor(Matrix tapMajor, int taps)
    {
        var result = Matrix.Uninitialized(tapMajor.Rows, tapMajor.Columns);
        var channels = tapMajor.Rows / taps;
        for (var row = 0; row < tapMajor.Rows; row++)
        {
            Exchange(tapMajor.Row(row), result.Row((row % channels * taps) + (row / channels)), taps, channels);
        }

        return result;
    }

    private static Matrix Exchange(Matrix source, int outer, int inner)
    {
        var result = new Matrix(source.Rows, source.Columns);
        for (var row = 0; row < source.Rows; row++)
        {
            Exchange(source.Row(row), result.Row(row), outer, inner);
        }

        return result;
    }

    private static void Exchange(ReadOnlySpan<double> from, Span<double> to, int outer, int inner)
    {
        for (var i = 0; i < outer; i++)
        {
            for (var j = 0; j < inner; j++)
            {
                to[(j * outer) + i] = from[(i * inner) + j];
            }
        }
    }
}

/// <summary>Sums over taps of blocks of tap-major matrices.</summary>
internal static class TapSums
{
    /// <summary>Σ_k M[(k,·),(k,·)].</summary>
    public static Matrix OfDiagonalBlocks(Matrix tapMajor, int taps)
    {
        var size = tapMajor.Rows / taps;
        var sum = new Matrix(size, size);
        for (var k = 0; k < taps; k++)
        {
            for (var i = 0; i < size; i++)
            {
                TensorPrimitives.Add(sum.Row(i), tapMajor.Row((k * size) + i).Slice(k * size, size), sum.Row(i));
            }
        }

        return sum;
    }
}
