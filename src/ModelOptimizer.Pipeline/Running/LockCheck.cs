using ModelOptimizer.Pipeline.Locking;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Whether a model's lock still answers.</summary>
internal sealed class LockCheck(LockFile locks, ModelPlan model, RunOptions options, RunRecord record)
{
    private const string Renew = "Run 'modelopt compress', look at what changed, and commit the lock file.";

    /// <summary>The lock when it is of these inputs; null, and said so, when there is none that answers.</summary>
    /// <exception cref="DiagnosticException"><c>--locked</c>, and there is none, or an old one.</exception>
    public LockedModel? Find(LockedInputs inputs)
    {
        var place = new SourcePosition(locks.Path);
        if (locks.Find(model.Name) is not { } locked)
        {
            return options.Locked
                ? throw new DiagnosticException(LockCodes.Missing, $"Nothing is locked for model '{model.Name}'. {Renew}", place)
                : null;
        }

        var changes = locked.Inputs.Changes(inputs);
        if (changes.Count == 0)
        {
            return locked;
        }

        var message = $"The lock of model '{model.Name}' is stale: {string.Join(", ", changes)} changed since it was made";
        if (options.Locked)
        {
            throw new DiagnosticException(LockCodes.Stale, $"{message}. {Renew}", place);
        }

        if (!options.WriteLock)
        {
            record.Report(new Diagnostic(LockCodes.Stale, DiagnosticSeverity.Warning, $"{message}, so everything is decided anew. {Renew}", place));
        }

        return null;
    }

    /// <summary>Holds an output against the lock.</summary>
    /// <exception cref="DiagnosticException">It is another one, where the same bytes are promised.</exception>
    public static void Compare(LockedModel locked, string sha256, ModelPlan model, string deviceClass, LockFile locks, RunRecord record)
    {
        if (locked.Output == sha256)
        {
            return;
        }

        if (locked.IsFromHere(deviceClass))
        {
            throw new DiagnosticException(
                LockCodes.OtherOutput,
                $"The compressed model '{model.Name}' is not the one that was locked (SHA-256 {sha256}, locked {locked.Output}), although inputs, tool and "
                    + $"device are the same. Was the file changed by hand, or is it from another commit? {Renew}",
                new SourcePosition(locks.Path));
        }

        record.Observer.Message(
            $"{model.Name}: the lock file was made by modelopt {locked.Tool} on {locked.Device}; here ({ToolIdentity.Version}, {deviceClass}) the same choices "
                + "give other bytes, and the gates decide."
        );
    }
}
