namespace ModelOptimizer.Methods.Options;

/// <summary>Codes of everything that can be wrong with a key or its value.</summary>
internal static class KeyCodes
{
    /// <summary>A key that does not exist.</summary>
    public const string UnknownKey = "MOC1005";

    /// <summary>A key that must be there is not.</summary>
    public const string MissingKey = "MOC1007";

    /// <summary>A list where a mapping is expected, a word where a number is expected, and so on.</summary>
    public const string WrongType = "MOC1008";

    /// <summary>A value out of its range, or with a unit that does not exist.</summary>
    public const string BadValue = "MOC1009";

    /// <summary>A model or data file that does not exist.</summary>
    public const string FileNotFound = "MOC1011";

    /// <summary>Something that is designed but not part of this version.</summary>
    public const string NotYet = "MOC1012";

    /// <summary>Keys that exclude each other, or need each other.</summary>
    public const string Conflict = "MOC1013";

    /// <summary>A number whose meaning is not clear without a unit, or a bound that does not fit its metric.</summary>
    public const string Ambiguous = "MOC1016";

    /// <summary>A layer rule that cannot be understood.</summary>
    public const string LayerRule = "MOC1017";
}
