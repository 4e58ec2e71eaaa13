namespace ModelOptimizer.Methods.BlockDescent;

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
