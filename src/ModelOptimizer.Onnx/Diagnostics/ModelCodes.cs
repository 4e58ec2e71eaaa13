namespace ModelOptimizer.Diagnostics;

/// <summary>The codes of everything that can be wrong with a model file; one place, so that none is used twice.</summary>
internal static class ModelCodes
{
    /// <summary>The model file is not there.</summary>
    public const string NotFound = "MOC2001";

    /// <summary>The model file has no bytes.</summary>
    public const string Empty = "MOC2002";

    /// <summary>The file is a Git LFS pointer, not the model.</summary>
    public const string LfsPointer = "MOC2003";

    /// <summary>The file is not an ONNX model: not the wire format, or damaged.</summary>
    public const string NotOnnx = "MOC2004";

    /// <summary>The model has no graph.</summary>
    public const string NoGraph = "MOC2005";

    /// <summary>A file that holds external data is not there.</summary>
    public const string ExternalMissing = "MOC2006";

    /// <summary>External data lies outside the model's folder.</summary>
    public const string ExternalOutside = "MOC2007";

    /// <summary>Offset, length or location of external data does not fit the file or the tensor.</summary>
    public const string ExternalRange = "MOC2008";

    /// <summary>Larger than the format or this product can hold.</summary>
    public const string TooLarge = "MOC2009";

    /// <summary>The file could not be read.</summary>
    public const string Unreadable = "MOC2010";

    /// <summary>The model could not be written.</summary>
    public const string Unwritable = "MOC5125";

    /// <summary>A tensor's data does not match its shape and type.</summary>
    public const string DamagedTensor = "MOC2012";

    /// <summary>A value does not fit the element type it must be stored in.</summary>
    public const string DoesNotFit = "MOC2013";

    /// <summary>The graph of the model breaks a rule of the format.</summary>
    public const string InvalidGraph = "MOC2014";

    /// <summary>Initialisers that are inputs of the graph too are taken as constants.</summary>
    public const string GivenConstants = "MOC2015";

    /// <summary>Operators of an old opset cannot be written in the one that is needed.</summary>
    public const string CannotRaise = "MOC2016";
}
