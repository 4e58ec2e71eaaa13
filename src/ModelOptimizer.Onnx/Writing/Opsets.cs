namespace ModelOptimizer.Onnx.Writing;

/// <summary>The versions of ONNX's operators from which on something can be written: what is an attribute in one is an input in the next.</summary>
internal static class Opsets
{
    /// <summary>Expand, and whatever else <see cref="Writing.ShapeNodes"/> and gradients are written with.</summary>
    public const long ShapeNodes = 9;

    /// <summary>Split is along the first axis where none is named.</summary>
    public const long SplitAxis = 2;

    /// <summary>The power of LpPool and GlobalLpPool is an integer.</summary>
    public const long LpInteger = 2;

    /// <summary>Concat has no default for its axis.</summary>
    public const long ConcatAxis = 4;

    /// <summary>Reshape takes its shape as an input.</summary>
    public const long ReshapeInput = 5;

    /// <summary>Cast takes its type as a number; until then as a word.</summary>
    public const long CastNumber = 6;

    /// <summary>No operator says which inputs it overwrites.</summary>
    public const long NoConsumedInputs = 6;

    /// <summary>Tile takes a number for each axis.</summary>
    public const long TileRepeats = 6;

    /// <summary>The defaults of Selu have all their digits.</summary>
    public const long SeluDigits = 6;

    /// <summary>Operands of Add, Mul, Greater and their kind are broadcast to each other.</summary>
    public const long Broadcast = 7;

    /// <summary>Dropout does nothing when a model runs; until then an attribute says so.</summary>
    public const long DropoutOnlyTrains = 7;

    /// <summary>BatchNormalization takes the given mean and variance when a model runs; until then an attribute says so.</summary>
    public const long BatchNormalizationOnlyTrains = 7;

    /// <summary>Scan goes through one sequence; until then through a batch of them.</summary>
    public const long ScanWithoutBatch = 9;

    /// <summary>MeanVarianceNormalization.</summary>
    public const long MeanVarianceNormalization = 9;

    /// <summary>ConstantOfShape and Scatter.</summary>
    public const long Scatter = 9;

    /// <summary>Slice takes its bounds as inputs, and has steps.</summary>
    public const long SliceInputs = 10;

    /// <summary>Gemm goes without C.</summary>
    public const long GemmWithoutC = 11;

    /// <summary>Pad takes its pads as an input.</summary>
    public const long PadInput = 11;

    /// <summary>Clip takes its bounds as inputs.</summary>
    public const long ClipInputs = 11;

    /// <summary>Equal takes floats.</summary>
    public const long EqualOfFloats = 11;

    /// <summary>CumSum and ScatterElements.</summary>
    public const long CumSum = 11;

    /// <summary>BitShift.</summary>
    public const long BitShift = 11;

    /// <summary>Resize says where the numbers of its input stand.</summary>
    public const long ResizeCoordinates = 11;

    /// <summary>Dropout takes its ratio as an input.</summary>
    public const long DropoutInputs = 12;

    /// <summary>QuantizeLinear and DequantizeLinear take a scale for each channel.</summary>
    public const long ScalePerChannel = 13;

    /// <summary>Split takes its sizes as an input.</summary>
    public const long SplitInput = 13;

    /// <summary>ReduceSum takes its axes as an input.</summary>
    public const long ReduceSumInput = 13;

    /// <summary>Softmax is over one axis; until then over all from one on.</summary>
    public const long SoftmaxOfOneAxis = 13;

    /// <summary>ScatterElements adds to what is there.</summary>
    public const long ScatterAdds = 16;

    /// <summary>ReduceMean takes its axes as an input.</summary>
    public const long ReduceMeanInput = 18;

    /// <summary>BitwiseAnd.</summary>
    public const long BitwiseAnd = 18;
}
