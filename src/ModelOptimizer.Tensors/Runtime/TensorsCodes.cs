namespace ModelOptimizer.Tensors.Runtime;

/// <summary>The codes of the errors this project raises.</summary>
internal static class TensorsCodes
{
    public const string ModelRefused = "MOC2301";
    public const string RunFailed = "MOC2302";
    public const string UnsupportedTensor = "MOC2303";
    public const string WrongInputs = "MOC2304";
    public const string NoGradient = "MOC2305";
    public const string NotTrainable = "MOC2306";
    public const string TrainingDiverged = "MOC2307";
    public const string BadLimit = "MOC2309";
    public const string CustomOperators = "MOC2310";
    public const string NoCalibrationData = "MOC3301";
    public const string NotFinite = "MOC3302";
    public const string TapUnusable = "MOC3303";
    public const string UnusableSamples = "MOC3304";
    public const string UnknownDevice = "MOC5011";
    public const string DeviceDidNotStart = "MOC5012";
    public const string RuntimeMissing = "MOC5013";
    public const string LinearAlgebraMissing = "MOC5014";
}
