namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Changes constants where they are stored.</summary>
internal sealed class ConstantEdit
{
    private readonly OnnxModel _model;
    private readonly ConstantLookup _constants;
    private readonly TensorUses _uses;

    public ConstantEdit(OnnxModel model)
    {
        _model = model;
        _constants = new ConstantLookup(model.Graph);
        _uses = new TensorUses(model.Proto);
    }

    /// <summary>Whether <paramref name="name"/> is a constant of one reader that nobody can replace, and whose tensor is in the file as such.</summary>
    public bool IsFree(string? name) =>
        _constants.Find(name) is { } constant
        && _uses.OnlyReader(constant.Name) is not null
        && (constant.Node is null || constant.Node.Attribute("value") is not null)
        && !GivenTensors.Of(_model.Proto).Contains(constant.Name);

    /// <summary>Gives the constant <paramref name="name"/> other numbers, and another shape if need be.</summary>
    public void Replace(string name, IReadOnlyList<long> dims, double[] values)
    {
        var tensor = _constants[name];
        tensor.Dims.Clear();
        tensor.Dims.AddRange(dims);
        WeightValues.Write(tensor, values);
        if (InputOf(name)?.Type?.TensorType is { } declared)
        {
            declared.Shape = new TensorShapeProto();
            declared.Shape.Dim.AddRange(dims.Select(extent => new TensorShapeProto.Types.Dimension { DimValue = extent }));
        }

        Forget(name);
    }

    /// <summary>Removes what the file says about the shape of <paramref name="name"/>.</summary>
    public void Forget(string name)
    {
        if (_model.Graph.ValueInfo.FirstOrDefault(info => info.Name == name) is { } info)
        {
            _model.Graph.ValueInfo.Remove(info);
        }
    }

    private ValueInfoProto? InputOf(string name) => _model.Graph.Input.FirstOrDefault(input => input.Name == name);
}
