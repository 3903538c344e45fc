using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.Training.Sandbox;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <summary>Tries out once, at start, whether the programs of jobs can have a sandbox, and says so in the log.</summary>
internal sealed partial class SandboxStartup(ProgramSandbox sandbox, SandboxOptions options, ILogger<SandboxStartup> logger)
    : IHostedService
{
    /// <exception cref="SettingException">There is none, and the node must have one.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await sandbox.StartAsync(cancellationToken);
        if (sandbox is { IsOn: true, GroupProblem: null })
            LogGroups(logger);
        if (sandbox is { IsOn: true, FilterProblem: { } problem })
            LogNoFilter(logger, problem);
        else if (sandbox.IsOn)
            LogOn(logger, options.Network);
        else if (options.Sandbox is SandboxMode.Required)
            throw new SettingException($"Jobs:Sandbox is 'required', and this node has no sandbox for jobs: {sandbox.Problem}.");
        else if (options.AllowUnsandboxed)
            LogAllowed(logger, sandbox.Problem);
        else
            LogOff(logger, sandbox.Problem);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Programs of jobs run in a sandbox, with the network '{Network}' (Jobs:Network)")]
    private static partial void LogOn(ILogger logger, SandboxNetwork network);

    [LoggerMessage(Level = LogLevel.Information, Message = "Each job has a control group of its own, which bounds memory and processes")]
    private static partial void LogGroups(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Programs of jobs run in a sandbox that has no filter of system calls: {Problem}")]
    private static partial void LogNoFilter(ILogger logger, string problem);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Programs of jobs run without a sandbox: {Problem}. The built-in trainer and the check of models run as this node's "
            + "user; programs of projects (pipeline.command) are refused")]
    private static partial void LogOff(ILogger logger, string? problem);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Programs of jobs run without a sandbox: {Problem}. Programs of projects (pipeline.command) can read and change all "
            + "that this node's user can (Jobs:AllowUnsandboxed)")]
    private static partial void LogAllowed(ILogger logger, string? problem);
}
