#pragma once
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>
// Swift cannot import the handle macros of mpi.h; each becomes a static property of its type.
#define HANDLE(type, member, macro)                                                   \
  __attribute__((swift_name("getter:" #type "." #member "()")))                       \
  static inline _Nonnull type cmpi_##macro(void) { return macro; }
HANDLE(MPI_Comm, world, MPI_COMM_WORLD)
HANDLE(MPI_Datatype, byte, MPI_BYTE)
HANDLE(MPI_Request, null, MPI_REQUEST_NULL)
HANDLE(MPI_Errhandler, errorsReturn, MPI_ERRORS_RETURN)
#undef HANDLE
