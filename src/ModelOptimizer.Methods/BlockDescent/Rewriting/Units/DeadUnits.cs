namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// Removes units that do not matter: a unit whose row of W_i is zero is the constant σ(b_j), which moves into b_{i+1}; one whose columns of W_{i+1} are zero is
/// read by nobody. Each may empty others, until nothing changes (the paper's effective sparsity).
/// </summary>
internal static class DeadUnits
{
    /// <summary>Removes the dead units of <paramref name="links"/>. What the model computes stays the same.</summary>
    /// <param name="model">The model that the layers are in.</param>
    /// <param name="links">Pairs of layers.</param>
    /// <param name="updates">The new weights; a layer without one has the weight that is in the model.</param>
    /// <param name="shapes">Shapes for one sample.</param>
    public static RemovedUnitsResult Remove(
        OnnxModel model,
        IReadOnlyList<LayerLink> links,
        IReadOnlyList<LayerUpdate> updates,
        IReadOnlyDictionary<string, long[]> shapes
    )
    {
        var constants = new ConstantLookup(model.Graph);
        var layers = Layers(model, links, updates, constants);
        var pairs = links.Select(link => new LinkedPair(link, layers[link.From.Name], layers[link.To.Name], UnitAxis.Of(link, constants, shapes))).ToList();
        while (pairs.Any(pair => pair.KillUnits()))
        {
        }

        var removed = pairs.Select(pair => new RemovedUnits(pair.Link, pair.Cut(), pair.Obstacle)).ToList();
        return new RemovedUnitsResult([.. layers.Values.Select(layer => layer.Result).OfType<LayerUpdate>()], removed);
    }

    private static OrderedDictionary<string, PrunedLayer> Layers(
        OnnxModel model,
        IReadOnlyList<LayerLink> links,
        IReadOnlyList<LayerUpdate> updates,
        ConstantLookup constants
    )
    {
        var layers = new OrderedDictionary<string, PrunedLayer>(StringComparer.Ordinal);
        foreach (var update in updates)
        {
            layers.Add(update.Layer.Name, PrunedLayer.Of(update.Layer, update, model, constants));
        }

        foreach (var layer in links.SelectMany(link => new[] { link.From, link.To }))
        {
            if (!layers.ContainsKey(layer.Name))
            {
                layers.Add(layer.Name, PrunedLayer.Of(layer, null, model, constants));
            }
        }

        return layers;
    }
}

/// <summary>What became of the units between two layers.</summary>
/// <param name="Link">The layers.</param>
/// <param name="Count">How many units went.</param>
/// <param name="Reason">Why none can go; null when they can.</param>
internal sealed record RemovedUnits(LayerLink Link, int Count, string? Reason);

/// <summary>Layers without their dead units.</summary>
/// <param name="Updates">The updates as they were given, smaller where units went, and after them those of layers that had none and changed.</param>
/// <param name="Links">Link by link, what went.</param>
internal sealed record RemovedUnitsResult(IReadOnlyList<LayerUpdate> Updates, IReadOnlyList<RemovedUnits> Links);

/// <summary>Two linked layers while the units between them go.</summary>
internal sealed class LinkedPair(LayerLink link, PrunedLayer from, PrunedLayer to, UnitAxis axis)
{
    private readonly bool[] _dead = new bool[link.From.OutputChannels];

    // Columns of the second weight for each unit: those of its taps too.
    private readonly int _width = link.Spread * (link.To.Window?.Taps ?? 1);

    public LayerLink Link => link;

    /// <summary>Why no unit can go; null when some can.</summary>
    public string? Obstacle { get; } = from.Obstacle ?? to.Obstacle ?? axis.Obstacle;

    /// <summary>Zeros both sides of every unit that has become dead; false when there is none.</summary>
    public bool KillUnits()
    {
        var any = false;
        for (var unit = 0; Obstacle is null && unit < _dead.Length; unit++)
        {
            if (!_dead[unit] && Kill(unit))
            {
                any = _dead[unit] = true;
            }
        }

        return any;
    }

    /// <summary>Cuts the dead units out, one of them kept when all are dead, and counts them.</summary>
    public int Cut()
    {
        var kept = Enumerable.Range(0, _dead.Length).Where(unit => !_dead[unit]).DefaultIfEmpty(0).ToList();
        if (kept.Count < _dead.Length)
        {
            from.KeepRows(kept, axis.Resized(kept.Count));
            to.KeepColumns(kept, _width);
        }

        return _dead.Length - kept.Count;
    }

    private bool Kill(int unit)
    {
        var isRead = IsRead(unit);
        if (isRead && from.Weight.Row(unit).ContainsAnyExcept(0.0))
        {
            return false;
        }

        var bias = from.Bias?[unit] ?? 0;
        var constant = link.Relu ? Math.Max(bias, 0) : bias;
        if (isRead && constant != 0)
        {
            // Zero padding would not be this constant: what is folded must be the same at every position.
            if (IsPadded(link.To.Window))
            {
                return false;
            }

            Fold(unit, constant);
        }

        from.Weight.Row(unit).Clear();
        for (var row = 0; row < to.Weight.Rows; row++)
        {
            Columns(row, unit).Clear();
        }

        return true;
    }

    private bool IsRead(int unit)
    {
        for (var row = 0; row < to.Weight.Rows; row++)
        {
            if (Columns(row, unit).ContainsAnyExcept(0.0))
            {
                return true;
            }
        }

        return false;
    }

    private void Fold(int unit, double constant)
    {
        for (var row = 0; row < to.Weight.Rows; row++)
        {
            var sum = 0.0;
            foreach (var weight in Columns(row, unit))
            {
                sum += weight;
            }

            to.AddToBias(row, sum * constant);
        }
    }

    private Span<double> Columns(int row, int unit) => to.Weight.Row(row).Slice(unit * _width, _width);

    private static bool IsPadded(ConvGeometry? window) => window is not null && (window.AutoPad != "NOTSET" || window.Pads.Any(pad => pad != 0));
}
