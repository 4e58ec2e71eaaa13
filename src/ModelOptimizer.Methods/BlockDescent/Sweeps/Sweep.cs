using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// One sweep over all blocks from the last layer to the first; every step is the exact minimiser of F, plus α/2 of the squared change where the paper has it
/// (V_N, U below the last layer, W, b). V below the last layer and U_N have no such term: their systems are strongly convex by themselves.
/// </summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="network">The variables.</param>
/// <param name="penalties">γ, ρ, τ, α.</param>
/// <param name="options">What the paper leaves out or adds.</param>
internal sealed class Sweep(ILinearAlgebra algebra, BcdNetwork network, Penalties penalties, SweepOptions options)
{
    private double Gamma => penalties.Activation;

    private double Rho => penalties.Linear;

    private double Tau => penalties.Compression;

    private double Alpha => penalties.Proximal;

    /// <summary>Updates every block once.</summary>
    /// <param name="updated">Told after each step which layer's which block changed, and by how much (‖Δ‖²); null where nobody asks.</param>
    /// <returns>‖ΔP‖², P all variables together.</returns>
    public double Run(Action<int, SweepBlock, double>? updated = null)
    {
        var change = 0.0;
        void Did(int layer, SweepBlock block, double squared)
        {
            change += squared;
            updated?.Invoke(layer, block, squared);
        }

        for (var i = network.Layers.Count - 1; i >= 0; i--)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            var last = i == network.Layers.Count - 1;
            Did(i, SweepBlock.After, last ? UpdateOutput() : UpdateAfter(i));
            Did(i, SweepBlock.Before, last ? UpdateLastBefore() : UpdateBefore(i));
            Did(i, SweepBlock.Weight, UpdateWeight(i));
            if (options.Biases)
            {
                Did(i, SweepBlock.Bias, UpdateBias(i));
            }

            if (network.Layers[i].Copy is { } copy)
            {
                Did(i, SweepBlock.Copy, copy.Update(network.Layers[i].Weight, options.Safeguard));
            }
        }

        for (var i = 0; i < network.Layers.Count; i++)
        {
            network.Propagate(i);
        }

        return change;
    }

    // V_N ← (Y + γ·σ(U_N) + α·V_N)/(1 + γ + α)
    private double UpdateOutput()
    {
        var layer = network.Layers[^1];
        return Elements.Sum(layer.After.Rows, i =>
        {
            var v = layer.After.Row(i);
            var u = layer.Before.Row(i);
            var y = network.Target.Row(i);
            var change = 0.0;
            for (var j = 0; j < v.Length; j++)
            {
                var next = (y[j] + (Gamma * (layer.Relu ? Math.Max(u[j], 0) : u[j])) + (Alpha * v[j])) / (1 + Gamma + Alpha);
                change += (next - v[j]) * (next - v[j]);
                v[j] = next;
            }

            return change;
        });
    }

    // V_i ← (ρWᵀW + γI)⁻¹(ρWᵀ(U_{i+1} − b) + γσ(U_i)) = σ + (WᵀW + γ/ρ·I)⁻¹·Wᵀ·(U_{i+1} − b − Wσ), W = W_{i+1}
    private double UpdateAfter(int index)
    {
        var (layer, next) = (network.Layers[index], network.Layers[index + 1]);
        var width = next.Weight.Columns;
        var scratch = layer.Scratch ??= new Matrix(layer.After.Rows, layer.After.Columns);
        Elements.Activate(layer.Before, layer.Relu, scratch);
        var residual = algebra.Multiply(next.Weight, scratch.Reshape(width, scratch.Values.Length / width));
        Parallel.For(0, residual.Rows, i =>
        {
            var row = residual.Row(i);
            TensorPrimitives.Subtract(next.Before.Row(i), row, row);
            TensorPrimitives.Subtract(row, next.Bias[i], row);
        });
        var correction = ShiftedGram.SolveProjected(algebra, Gamma / Rho, next.Weight, residual, scratch.Reshape(width, scratch.Values.Length / width));
        var columns = correction.Reshape(layer.After.Rows, layer.After.Columns);
        return Elements.Sum(layer.After.Rows, i =>
        {
            var after = layer.After.Row(i);
            var before = layer.Before.Row(i);
            var step = columns.Row(i);
            var change = 0.0;
            for (var j = 0; j < after.Length; j++)
            {
                var value = step[j] + (layer.Relu ? Math.Max(before[j], 0) : before[j]);
                change += (value - after[j]) * (value - after[j]);
                after[j] = value;
            }

            return change;
        });
    }

    // The last layer's U has no proximal term; with the identity it is (γV + ρ(WV + b))/(γ + ρ).
    private double UpdateLastBefore() => UpdateBefore(network.Layers.Count - 1, 0);

    private double UpdateBefore(int index) => UpdateBefore(index, Alpha);

    // U_i ← argmin γ/2‖V − σ(U)‖² + ρ/2‖U − (WV + b)‖² + α/2‖U − U_old‖²
    private double UpdateBefore(int index, double alpha)
    {
        var layer = network.Layers[index];
        return Elements.Sum(layer.Before.Rows, i =>
        {
            var u = layer.Before.Row(i);
            var v = layer.After.Row(i);
            var linear = layer.Linear.Row(i);
            var (change, weight, g) = (0.0, Rho + alpha, (Rho + alpha) / Gamma);
            for (var j = 0; j < u.Length; j++)
            {
                var b = ((Rho * linear[j]) + (alpha * u[j])) / weight;
                var next = layer.Relu ? ReluStep.Minimiser(v[j], b, g) : (v[j] + (g * b)) / (1 + g);
                change += (next - u[j]) * (next - u[j]);
                u[j] = next;
            }

            return change;
        });
    }

    // W ← (αW + τŴ + ρ(U − b1ᵀ)Vᵀ)·((α + τ)I + ρVVᵀ)⁻¹
    private double UpdateWeight(int index)
    {
        var layer = network.Layers[index];
        var input = network.InputOf(index);
        var shift = Alpha + (layer.Copy is null ? 0 : Tau);
        var old = layer.Weight;
        var centre = Centre(layer, shift);
        layer.Weight = input.Rows <= input.Columns ? BySamples(layer, input, centre, shift) : ByResidual(layer, input, centre, shift);
        return Elements.SquaredDistance(layer.Weight, old);
    }

    // (αW + τŴ)/(α + τ)
    private Matrix Centre(BcdLayer layer, double shift)
    {
        if (layer.Copy is not { } copy)
        {
            return layer.Weight;
        }

        var centre = layer.Weight.Clone();
        TensorPrimitives.Multiply(centre.Values, Alpha / shift, centre.Values);
        TensorPrimitives.MultiplyAdd(copy.Value.Values, Tau / shift, centre.Values, centre.Values);
        return centre;
    }

    private Matrix BySamples(BcdLayer layer, Matrix input, Matrix centre, double shift)
    {
        var gram = ShiftedGram.Shifted(algebra.Gram(input), shift / Rho);
        var right = algebra.Multiply(layer.Before, input, transposeB: true);
        var sums = Elements.RowSums(input);
        for (var i = 0; i < right.Rows; i++)
        {
            var row = right.Row(i);
            TensorPrimitives.MultiplyAdd(sums, -layer.Bias[i], row, row);
            TensorPrimitives.MultiplyAdd(centre.Row(i), shift / Rho, row, row);
        }

        return algebra.CholeskySolve(algebra.Cholesky(gram), right.Transpose()).Transpose();
    }

    // Fewer samples than inputs: W = C + (U − b − CV)·(shift/ρ·I + VᵀV)⁻¹·Vᵀ, C the centre.
    private Matrix ByResidual(BcdLayer layer, Matrix input, Matrix centre, double shift)
    {
        var residual = algebra.Multiply(centre, input);
        for (var i = 0; i < residual.Rows; i++)
        {
            var row = residual.Row(i);
            TensorPrimitives.Subtract(layer.Before.Row(i), row, row);
            TensorPrimitives.Subtract(row, layer.Bias[i], row);
        }

        var change = ShiftedGram.SolveProjected(algebra, shift / Rho, input.Transpose(), residual.Transpose()).Transpose();
        TensorPrimitives.Add(change.Values, centre.Values, change.Values);
        return change;
    }

    // b ← (αb + ρ(U − WV)1)/(α + ρn)
    private double UpdateBias(int index)
    {
        var layer = network.Layers[index];
        var input = network.InputOf(index);
        var (outputs, inputs) = (Elements.RowSums(layer.Before), Elements.RowSums(input));
        var change = 0.0;
        for (var i = 0; i < outputs.Length; i++)
        {
            var residual = outputs[i] - TensorPrimitives.Dot<double>(layer.Weight.Row(i), inputs);
            var next = ((Alpha * layer.Bias[i]) + (Rho * residual)) / (Alpha + (Rho * input.Columns));
            change += (next - layer.Bias[i]) * (next - layer.Bias[i]);
            layer.Bias[i] = next;
        }

        return change;
    }
}

/// <summary>argmin_u ½(a − max(u, 0))² + g/2·(u − b)², in closed form.</summary>
internal static class ReluStep
{
    /// <summary>The minimiser: each branch of the ReLU has its own minimum, and the lower one wins.</summary>
    public static double Minimiser(double a, double b, double g)
    {
        var above = Math.Max((a + (g * b)) / (1 + g), 0);
        var below = Math.Min(b, 0);
        return Value(above, a, b, g) < Value(below, a, b, g) ? above : below;
    }

    private static double Value(double u, double a, double b, double g)
    {
        var (loss, move) = (a - Math.Max(u, 0), u - b);
        return (loss * loss) + (g * move * move);
    }
}

/// <summary>The kinds of blocks that a sweep updates one after the other.</summary>
internal enum SweepBlock
{
    /// <summary>V.</summary>
    After,

    /// <summary>U.</summary>
    Before,

    /// <summary>W.</summary>
    Weight,

    /// <summary>b.</summary>
    Bias,

    /// <summary>Ŵ.</summary>
    Copy,
}
