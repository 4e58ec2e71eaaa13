namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>A layer while its units go.</summary>
internal sealed class PrunedLayer
{
    private readonly WeightLayer _layer;
    private readonly LayerUpdate? _update;
    private bool _changed;
    private IReadOnlyList<ResizedTensor> _resized = [];

    private PrunedLayer(WeightLayer layer, LayerUpdate? update, Matrix weight, double[]? bias, string? obstacle)
    {
        (_layer, _update, Weight, Bias, Obstacle) = (layer, update, weight, bias, obstacle);
    }

    /// <summary>W.</summary>
    public Matrix Weight { get; private set; }

    /// <summary>What is added per output; null when nothing is.</summary>
    public double[]? Bias { get; private set; }

    /// <summary>Why neither rows nor columns can go; null when they can.</summary>
    public string? Obstacle { get; }

    /// <summary>The layer's update now; null when it had none and did not change.</summary>
    public LayerUpdate? Result
    {
        get
        {
            if (!_changed)
            {
                return _update;
            }

            var form = _update?.Weight ?? new DenseForm(Weight);
            return new LayerUpdate(_layer, form with { Value = Weight }, Bias) { Resized = _resized };
        }
    }

    public static PrunedLayer Of(WeightLayer layer, LayerUpdate? update, OnnxModel model, ConstantLookup constants)
    {
        var weight = update?.Weight.Value.Clone() ?? StoredWeight.Read(layer, constants[layer.Weight]);
        var (bias, isKnown) = update?.Bias is { } given ? ((double[])given.Clone(), true) : StoredBias.Read(layer, model, constants);
        var obstacle = update?.Weight is TensorTrainForm ? $"'{layer.Name}' is a tensor train, which has no rows and columns to cut"
            : layer.Alpha != 1 || layer.Beta != 1 ? $"'{layer.Name}' has an alpha or beta"
            : layer.Window?.Group > 1 ? $"'{layer.Name}' has its channels in groups"
            : isKnown ? null
            : $"the bias of '{layer.Name}' is not one constant for each output";
        return new PrunedLayer(layer, update, weight, bias, obstacle);
    }

    /// <summary>Adds <paramref name="value"/> to the bias of an output.</summary>
    public void AddToBias(int output, double value)
    {
        Bias ??= new double[Weight.Rows];
        Bias[output] += value;
        _changed = true;
    }

    /// <summary>Keeps some rows, in order, and tells which tensors change their size with that.</summary>
    public void KeepRows(IReadOnlyList<int> rows, IReadOnlyList<ResizedTensor> resized)
    {
        var kept = new Matrix(rows.Count, Weight.Columns);
        for (var i = 0; i < rows.Count; i++)
        {
            Weight.Row(rows[i]).CopyTo(kept.Row(i));
        }

        (Weight, Bias, _resized, _changed) = (kept, Bias is { } bias ? [.. rows.Select(row => bias[row])] : null, resized, true);
    }

    /// <summary>Keeps some blocks of <paramref name="width"/> columns, in order.</summary>
    public void KeepColumns(IReadOnlyList<int> blocks, int width)
    {
        var kept = new Matrix(Weight.Rows, blocks.Count * width);
        for (var row = 0; row < Weight.Rows; row++)
        {
            for (var i = 0; i < blocks.Count; i++)
            {
                Weight.Row(row).Slice(blocks[i] * width, width).CopyTo(kept.Row(row)[(i * width)..]);
            }
        }

        (Weight, _changed) = (kept, true);
    }
}
