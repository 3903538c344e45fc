using Progeny.Grains.Hosting;
using Progeny.Silo;

return await NodeProgram.RunAsync(() => SiloApp.Build(args));
