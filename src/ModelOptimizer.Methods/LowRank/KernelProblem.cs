using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>One kernel and its Σ: minimise tr((W−W~)Σ(W−W~)ᵀ). All matrices tap-major.</summary>
internal sealed class KernelProblem
{
    /// <summary>Takes the kernel as T×D in channel-major order, the row-major flattening of the ONNX weight.</summary>
    public KernelProblem(ILinearAlgebra algebra, Matrix weight, int taps, IKernelMetric metric)
    {
        Algebra = algebra;
        Taps = taps;
        Metric = metric;
        Weight = taps == 1 ? weight : TapOrder.ColumnsToTapMajor(weight, taps);
        Product = metric.Times(Weight);
        Energy = TensorPrimitives.Dot<double>(Weight.Values, Product.Values);
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

    /// <summary>P·B, T×(K·R_S).</summary>
    public Matrix ProjectedProduct(Matrix inputFactor) =>
        Algebra.Multiply(Product.Reshape(Outputs * Taps, Inputs), inputFactor).Reshape(Outputs, Taps * inputFactor.Columns);
}
