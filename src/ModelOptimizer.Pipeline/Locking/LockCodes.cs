namespace ModelOptimizer.Pipeline.Locking;

/// <summary>Codes of lock files.</summary>
internal static class LockCodes
{
    /// <summary>The lock file cannot be read or followed, or is of a version that this one does not know.</summary>
    public const string Unreadable = "MOC1201";

    /// <summary><c>verify --locked</c> found nothing locked for a model.</summary>
    public const string Missing = "MOC1202";

    /// <summary>The lock was made from other inputs.</summary>
    public const string Stale = "MOC1203";

    /// <summary>The compressed model is not the one that the lock file describes.</summary>
    public const string OtherOutput = "MOC1204";
}
