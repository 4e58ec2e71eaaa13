namespace ModelOptimizer.Methods.Distillation;

/// <summary>A layer of the student, and how its weight is trained.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Shape">The tensors of each channel group's matrix.</param>
/// <param name="Teacher">The layer it is aligned with; null when there is none.</param>
/// <param name="TeacherShape">The same for that layer's matrix.</param>
internal sealed record OverparameterisedLayer(WeightLayer Layer, MpoShape Shape, WeightLayer? Teacher, MpoShape? TeacherShape)
{
    private int Groups => Layer.Window?.Group ?? 1;

    /// <summary>N of all groups.</summary>
    public long Parameters => Groups * Shape.Parameters;

    /// <summary>Multiply-adds of one contraction.</summary>
    public double MultiplyAdds => Groups * new ContractionOrder(Shape).MultiplyAdds;

    /// <summary>Numbers that a step holds beside the tensors: the products of a contraction, the gradients by them, and the teacher's tensors.</summary>
    public long Held
    {
        get
        {
            var products = 0L;
            new ContractionOrder(Shape).Fold(_ => 0, (_, _, extents) =>
            {
                products += (long)extents.Rows * extents.Columns;
                return 0;
            });
            return Groups * ((2 * products) + (TeacherShape?.Parameters ?? 0));
        }
    }

    /// <summary>Chooses shapes for <paramref name="rate"/>.</summary>
    public static OverparameterisedLayer Of(WeightLayer layer, WeightLayer? teacher, int tensors, double rate)
    {
        var (_, rows, columns) = LayerMatrices.Size(layer);
        if (teacher is null)
        {
            return new OverparameterisedLayer(layer, ShapeChoice.For(rows, columns, tensors, rate), null, null);
        }

        var (_, otherRows, otherColumns) = LayerMatrices.Size(teacher);
        var other = LayerMatrices.AreCrossed(layer, teacher) ? (otherColumns, otherRows) : (otherRows, otherColumns);
        var (shape, teacherShape) = ShapeChoice.For((rows, columns), other, tensors, rate);
        return new OverparameterisedLayer(layer, shape, teacher, teacherShape);
    }

    /// <summary>What reports say about it.</summary>
    public string Note => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"trained as {Shape}, ×{Shape.Rate:0.00} the numbers")
        + (Teacher is null ? "" : Teacher.Name == Layer.Name ? "; aligned with the original's" : $"; aligned with '{Teacher.Name}'");
}

/// <summary>A layer's weight as matrices, one for each channel group: as stored for a Gemm or MatMul, outputs × (inputs·taps) for a Conv.</summary>
internal static class LayerMatrices
{
    /// <summary>Number of groups, and the size of the matrix of each.</summary>
    public static (int Groups, int Rows, int Columns) Size(WeightLayer layer)
    {
        var groups = layer.Window?.Group ?? 1;
        var rows = (int)layer.WeightShape[0] / groups;
        return (groups, rows, (int)(layer.WeightCount / groups / rows));
    }

    /// <summary>The matrices.</summary>
    /// <param name="layer">A layer without an obstacle.</param>
    /// <param name="constants">The constants of its model.</param>
    /// <param name="transposed">Whether to read each as stored the other way round.</param>
    public static IReadOnlyList<Matrix> Read(WeightLayer layer, ConstantLookup constants, bool transposed = false)
    {
        var values = WeightValues.ReadDoubles(constants[layer.Weight]);
        var (groups, rows, columns) = Size(layer);
        var length = rows * columns;
        return
        [
            .. Enumerable
                .Range(0, groups)
                .Select(group => new Matrix(rows, columns, values[(group * length)..((group + 1) * length)]))
                .Select(matrix => transposed ? matrix.Transpose() : matrix),
        ];
    }

    /// <summary>Whether one of the two layers stores the transpose of what the other stores.</summary>
    public static bool AreCrossed(WeightLayer layer, WeightLayer other) => StoredWeight.IsTransposed(layer) != StoredWeight.IsTransposed(other);
}
