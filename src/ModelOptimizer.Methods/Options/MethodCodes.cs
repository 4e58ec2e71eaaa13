namespace ModelOptimizer.Methods.Options;

/// <summary>The codes of what methods can refuse.</summary>
internal static class MethodCodes
{
    /// <summary>A layer rule matches no layer of the model.</summary>
    public const string RuleMatchesNothing = "MOC1301";

    /// <summary>A layer rule is not a valid pattern.</summary>
    public const string BadRule = "MOC1302";

    /// <summary>A step says nothing about how small the model shall become.</summary>
    public const string NoGoal = "MOC1303";

    /// <summary>A layer is given more than one goal.</summary>
    public const string SeveralGoals = "MOC1304";

    /// <summary>Ranks that no layer can have.</summary>
    public const string BadRanks = "MOC1305";

    /// <summary>A step needs calibration data and has none.</summary>
    public const string NoCalibration = "MOC1306";

    /// <summary>Mode sizes that are not those of the weight.</summary>
    public const string BadModes = "MOC1307";

    /// <summary>An option that has no meaning beside the others.</summary>
    public const string OptionWithoutUse = "MOC1308";

    /// <summary>An over-parameterisation rate or a number of tensors that no shape has.</summary>
    public const string BadRate = "MOC1309";

    /// <summary>A block or one of its tensors is not in the model.</summary>
    public const string UnknownBlock = "MOC1310";

    /// <summary>An augmentation that the model's inputs do not allow.</summary>
    public const string NotAugmentable = "MOC1311";

    /// <summary>Nothing in the model can be made smaller with these options.</summary>
    public const string NothingToCompress = "MOC2101";

    /// <summary>The budget is below what the selected layers allow.</summary>
    public const string BudgetTooSmall = "MOC2102";

    /// <summary>A budget of multiply-adds needs shapes that could not be found.</summary>
    public const string UnknownMacs = "MOC2103";

    /// <summary>The model does not end in a chain of layers that can be trained.</summary>
    public const string NoChain = "MOC2104";

    /// <summary>The variables of a step do not fit into the memory that the run may take.</summary>
    public const string TooMuchMemory = "MOC2105";

    /// <summary>A training target cannot be had from the data.</summary>
    public const string NoTarget = "MOC2106";

    /// <summary>The model has no weights that can be trained.</summary>
    public const string NothingToTrain = "MOC2107";

    /// <summary>The student's inputs or outputs are not the original model's.</summary>
    public const string OtherStudent = "MOC2108";

    /// <summary>What lies between two tensors has other entries or exits.</summary>
    public const string NotABlock = "MOC2109";

    /// <summary>A weight, or a tensor whose range is measured, has numbers that are not finite.</summary>
    public const string NotFinite = "MOC2110";

    /// <summary>Numbers are too large, or too different in size, for the equations of a method.</summary>
    public const string NumbersTooLarge = "MOC2111";

    /// <summary>The device of the run has no kernels for what a step is to write.</summary>
    public const string NoKernels = "MOC2112";

    /// <summary>A certificate that the manifest asks for does not hold.</summary>
    public const string CertificateFailed = "MOC4007";
}
